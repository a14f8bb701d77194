/** What every ledger must do: the docstrings of src/ledger/contract/ledger.ts, as tests. */
import { afterEach, beforeEach, describe } from 'vitest';
import type { Ledger } from '../../../src/ledger/contract/ledger.ts';
import { all } from '../sample.ts';
import { beginning } from './beginning.ts';
import { choosing } from './choosing.ts';
import type { Given } from './given.ts';
import { looking } from './looking.ts';
import { outputKeys } from './outputKeys.ts';
import { puttingIn } from './puttingIn.ts';
import { settling } from './settling.ts';
import { together } from './together.ts';
import { tryingAgain } from './tryingAgain.ts';
import { writingRecords } from './writingRecords.ts';

export interface LedgerUnderTest {
  readonly ledger: Ledger;
  /** The same store, another pipeline. */
  readonly other: Ledger;
  close(): Promise<void>;
}

/** @param open gives a ledger with nothing in it, before each test */
export function ledgerContract(name: string, open: () => Promise<LedgerUnderTest>): void {
  describe(`The contract of a ledger, kept by ${name}`, () => {
    let test: LedgerUnderTest;
    beforeEach(async () => {
      test = await open();
    });
    afterEach(() => test.close());

    const given: Given = {
      get ledger() {
        return test.ledger;
      },
      get other() {
        return test.other;
      },
      async later() {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return test.ledger.now();
      },
      async stateOf(id) {
        return (await all(test.ledger.images({}))).find((row) => row.id === id)?.state;
      },
    };
    puttingIn(given);
    beginning(given);
    outputKeys(given);
    writingRecords(given);
    settling(given);
    tryingAgain(given);
    looking(given);
    choosing(given);
    together(given);
  });
}
