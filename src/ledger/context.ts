import type { LedgerPool } from './pool.ts';

/** What every call to the ledger of one pipeline needs. */
export interface LedgerContext {
  readonly pool: LedgerPool;
  /** Its name. */
  readonly pipeline: string;
  /** Its number in the database. */
  readonly pipelineId: () => Promise<number>;
}
