import type { ImageState } from '../../../src/image/state.ts';
import type { Ledger } from '../../../src/ledger/contract/ledger.ts';

/** What each test of the contract is given. */
export interface Given {
  readonly ledger: Ledger;
  /** The same store, another pipeline. */
  readonly other: Ledger;
  /** The ledger's clock, a moment after everything that was done. */
  later(): Promise<Date>;
  stateOf(id: bigint): Promise<ImageState | undefined>;
}

/** A reason why an image was set aside. */
export const note = { code: 'image-damaged', what: 'It is cut short', remedy: 'Get it again.' } as const;
