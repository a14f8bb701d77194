/** The code that a history runs. A planted bug is the same files with one of them altered: see plantedCode.ts. */
export { runWorker } from '../../src/pipeline/worker.ts';
export { verify } from '../../src/pipeline/verify.ts';
export { MemoryDatabase } from '../memory/database.ts';
export { openMemoryLedger } from '../memory/ledger.ts';
export { openMemoryQueue } from '../memory/queue.ts';
export { openMemoryStore } from '../memory/store.ts';
