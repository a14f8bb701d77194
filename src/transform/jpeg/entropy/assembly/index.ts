export { readerAt, writerAt } from './bits';
export { buildTable, free } from './huffman';
export { negateAc } from './progressiveAc';
export { dcScan, negateValues } from './progressiveDc';
export { consumed, negateSequential, written } from './sequential';
