import { ledgerContract } from '../ledger/contract/contract.ts';
import { MemoryDatabase } from './database.ts';
import { openMemoryLedger } from './ledger.ts';

ledgerContract('a ledger in memory', () => {
  const database = new MemoryDatabase(() => Date.now());
  return Promise.resolve({
    ledger: openMemoryLedger(database, 'cats'),
    other: openMemoryLedger(database, 'dogs'),
    close: () => Promise.resolve(),
  });
});
