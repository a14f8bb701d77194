import { systemClock } from '../../src/pipeline/clock.ts';
import { queueContract } from '../ledger/contract/queue.ts';
import { MemoryDatabase } from './database.ts';
import { openMemoryLedger } from './ledger.ts';
import { register } from './presence.ts';
import { openMemoryQueue } from './queue.ts';
import type { Session } from './tables.ts';

queueContract('a queue in memory', () => {
  const database = new MemoryDatabase(() => Date.now());
  return Promise.resolve({
    ledger: openMemoryLedger(database, 'cats'),
    other: openMemoryLedger(database, 'dogs'),
    open: () => openMemoryQueue(database, 'cats', { clock: systemClock }),
    dies: (worker: string) => {
      const session: Session = { lost: new AbortController(), worker };
      register(database, { id: worker, pipeline: 'cats', version: '1', lease: 60_000 }, session, []);
      database.endSession(session);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  });
});
