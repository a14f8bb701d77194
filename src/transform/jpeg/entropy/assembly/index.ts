export { readerAt, writerAt } from './bits';
export { buildTable, free } from './huffman';
export { consumed, written } from './intervals';
export { negateAc } from './progressiveAc';
export { dcScan, negateValues } from './progressiveDc';
export { negateSequential } from './sequential';
