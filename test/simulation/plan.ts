import type { KeyConflict } from '../../src/ledger/contract/attempt.ts';
import type { BucketKind } from '../memory/bucket.ts';

/** What a history is made of: a world, and what is done to it. The same plan gives the same history. */
export interface Plan {
  /** Decides how long each request and answer takes, and what the noise hits. */
  readonly seed: number;
  readonly world: WorldPlan;
  /** Part of all requests that fail, are answered late or not at all: 0 to 0.2. */
  readonly noise: number;
  readonly events: readonly PlannedEvent[];
}

export interface WorldPlan {
  readonly input: BucketKind;
  readonly output: BucketKind;
  /** Rejected images are moved aside. */
  readonly moves: boolean;
  readonly conflict: KeyConflict;
  readonly outputs: 1 | 2;
  readonly workers: number;
  readonly concurrency: number;
  readonly maxAttempts: number;
  /** Milliseconds. */
  readonly lease: number;
  /** What lies in the input bucket at the beginning. */
  readonly images: readonly { readonly key: Name; readonly content: Content }[];
  /** Names in the output bucket that a stranger has taken before. */
  readonly strangers: readonly Name[];
  /** Milliseconds that the clock of each second worker is off. */
  readonly skew: number;
}

/** `dir/a` and `a` want one name for their outputs. */
export const names = ['a', 'dir/a', 'b'] as const;
export type Name = (typeof names)[number];

/**
 * - `good…`: can be done. `bad`: can never be done. `limited`: fails each time. `flaky`: fails once.
 * - `poison`: its worker dies of it.
 */
export const contents = ['good1', 'good2', 'good3', 'bad', 'limited', 'flaky', 'poison'] as const;
export type Content = (typeof contents)[number];

/** When something happens: at a time, or around the n-th request of a kind, whoever makes it. */
export type Moment =
  | { readonly at: number }
  | { readonly call: CallName; readonly nth: number; readonly side: 'before' | 'after' };

export const callNames = [
  'input.list',
  'input.head',
  'input.get',
  'input.delete',
  'output.put',
  'output.get',
  'rejected.put',
  'ledger.now',
  'ledger.enqueue',
  'ledger.begin',
  'ledger.commit',
  'ledger.settle',
  'ledger.holds',
  'queue.take',
  'queue.complete',
  'transform',
] as const;
export type CallName = (typeof callNames)[number];

export const faults = ['refused', 'answer-lost', 'slow', 'cut-short', 'makes-no-sense'] as const;
export type Fault = (typeof faults)[number];

export const places = ['input', 'output', 'rejected', 'database'] as const;
export type Place = (typeof places)[number];

/** `who`: at a time, which worker; at a request it is the one that makes it. */
export type Deed =
  /** Its owner puts an image in, also in the place of another; `takes`: half of it is there so long (ms) before the rest, in folders. */
  | { readonly do: 'put'; readonly key: Name; readonly content: Content; readonly takes: number }
  | { readonly do: 'delete'; readonly key: Name }
  /** Kill -9. `lands`: requests that are on their way take effect nevertheless. */
  | { readonly do: 'crash'; readonly who: number; readonly lands: boolean }
  | { readonly do: 'hang'; readonly who: number; readonly for: number }
  /** The database loses its connection to it. */
  | { readonly do: 'cut'; readonly who: number }
  | { readonly do: 'stop'; readonly who: number; readonly atOnce: boolean }
  | { readonly do: 'fault'; readonly fault: Fault }
  | { readonly do: 'outage'; readonly of: Place; readonly for: number };

export interface PlannedEvent {
  readonly when: Moment;
  readonly deed: Deed;
}
