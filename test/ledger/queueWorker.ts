/**
 * A worker of the tests' queue, in a process of its own.
 * Usage: queueWorker.ts URL NAME [MILLISECONDS that each image takes; 0: for ever]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openLedger } from '../../src/ledger/ledger.ts';
import { openPool } from '../../src/ledger/pool.ts';
import { openQueue } from '../../src/ledger/queue.ts';
import { connectionOf } from '../servers/postgres.ts';
import { beginOptions, recipe, recordOf } from './sample.ts';

const [url = '', worker = '', takes = '0'] = process.argv.slice(2);
const log = (message: string): void => {
  console.log(`log: ${message}`);
};
const pool = openPool(connectionOf(url));
const ledger = openLedger(pool, 'cats');
const queue = openQueue(pool, 'cats', { log });
const stop = new AbortController();
process.once('SIGTERM', () => {
  stop.abort();
});

const running = queue.run({
  worker,
  version: '1.2.3',
  concurrency: 2,
  stop: stop.signal,
  async work({ id, image }) {
    const begin = await ledger.begin(id, beginOptions(image.key, { worker, maxAttempts: 5 }));
    if (begin.outcome !== 'begun') return;
    console.log(`begun ${image.key}`);
    await sleep(takes === '0' ? 3_600_000 : Number(takes));
    await ledger.commit(begin.attempt, [recordOf(begin.attempt)], recipe);
    await ledger.settle(begin.attempt, { state: 'done' });
    console.log(`done ${image.key}`);
  },
});
const leading = queue.lead(async (signal) => {
  console.log('leading');
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve);
  });
}, stop.signal);
await Promise.all([running, leading]);
await pool.end();
console.log('ended in order');
