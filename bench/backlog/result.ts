/** What `bench:backlog` found out: the JSON file is this. */
import type { Machine } from '../machine.ts';
import type { Shares } from '../measure/shares.ts';

/** `empty`: hardly more waits than is taken. `full`: the backlog. In the order of the table. */
export const ledgers = ['empty', 'full'] as const;
export type LedgerName = (typeof ledgers)[number];

export interface BacklogRun {
  readonly ledger: LedgerName;
  readonly round: number;
  /** Images settled. */
  readonly jobs: number;
  /** From the first one begun to the last one settled. */
  readonly seconds: number;
  /** Of the whole run, with the start and the end of the queues. */
  readonly shares: Shares;
}

export interface BacklogResult {
  readonly begun: string;
  readonly machine: Machine;
  readonly workers: number;
  readonly atOnce: number;
  readonly waiting: number;
  readonly done: number;
  readonly runs: readonly BacklogRun[];
}
