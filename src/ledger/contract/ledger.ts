/**
 * What the pipeline needs of the ledger: the list of images with their states, the rows that prove what was
 * done, and the queue that hands images to workers. All three live in one PostgreSQL, so that one transaction
 * can change them together.
 */
import type { ObjectKey } from '../../image/key.ts';
import type { ImageState } from '../../image/state.ts';
import type {
  ArchivedInput,
  Attempt,
  Begin,
  BeginOptions,
  GrantedKey,
  KeyWish,
  RecipeNote,
  SeenObject,
  Settlement,
} from './attempt.ts';
import type { FinishedImage, ImageRow, KnownState, LogFilter } from './images.ts';
import type { NewOutage } from './outage.ts';
import type { LedgerRecord, NewRecord } from './record.ts';
import type { LedgerStatus } from './status.ts';

export interface Ledger {
  /** The database's clock; listings are stamped with it, so that workers' clocks do not matter. */
  now(): Promise<Date>;

  /**
   * Adds images that were not known and queues them, in one transaction. An image that is `done` or
   * `superseded`, or `rejected` and moved away, since before `listedAt` lies there again: it gets a new round.
   * All others stay as they are.
   * @returns how many were queued
   */
  enqueue(bucket: string, objects: readonly SeenObject[], listedAt: Date): Promise<number>;

  /**
   * Takes an image into work and grants the keys of its outputs. A key belongs to the image that asked first,
   * for ever; what another image gets is decided by `conflict`.
   * @throws KuvaError `output-key-taken` when `conflict` is `reject`, or the alternative is taken too; nothing has
   *   changed then; `database-*`
   */
  begin(imageId: bigint, options: BeginOptions): Promise<Begin>;

  /**
   * Writes the records of all outputs in one transaction, if the attempt is still the newest. Doing it again
   * after an answer was lost is harmless.
   */
  commit(
    attempt: Attempt,
    records: readonly NewRecord[],
    recipe: RecipeNote,
    archived?: ArchivedInput,
  ): Promise<'committed' | 'lost'>;

  /**
   * Grants the keys of the outputs of an attempt that began without any, because only its image's bytes could tell
   * which recipe it gets; by the rules of `begin`. Repeating it gives the same answer. `later`: with `replace`, one of
   * them is in another image's hands just now.
   * @throws KuvaError `output-key-taken`
   */
  grant(attempt: Attempt, wanted: KeyWish): Promise<ReadonlyMap<string, GrantedKey> | 'lost' | 'later'>;

  settle(attempt: Attempt, settlement: Settlement): Promise<'settled' | 'lost'>;

  /**
   * Is this attempt still its image's newest, and the image not queued again since? For a worker that may have slept:
   * asked before what cannot be taken back (removing an input, overwriting an output) when the last such answer is old.
   */
  holds(attempt: Attempt): Promise<boolean>;

  /** Queues images that were set aside or skipped again, with all their attempts. @returns how many */
  retry(filter: {
    readonly name?: string;
    /** Left out: rejected and failed. */
    readonly states?: readonly ('rejected' | 'failed' | 'skipped')[];
    readonly ids?: readonly bigint[];
  }): Promise<number>;

  /** Images that are done, by number, with what their newest records say: for running another recipe over them. */
  finished(filter: {
    readonly name?: string;
    readonly since?: Date;
    readonly until?: Date;
  }): AsyncIterable<FinishedImage>;

  /** Queues images that are done, and whose input is still there, for another round. @returns how many */
  reprocess(images: readonly bigint[]): Promise<number>;

  /** What became of these versions of objects, where they are known, by key. */
  statesOf(bucket: string, objects: readonly SeenObject[]): Promise<ReadonlyMap<string, KnownState>>;

  status(): Promise<LedgerStatus>;
  /** Counts by state alone: cheap enough to ask every second. */
  counts(): Promise<Record<ImageState, number>>;
  images(filter: LogFilter): AsyncIterable<ImageRow>;
  records(filter: LogFilter): AsyncIterable<LedgerRecord>;

  /** Which of these keys of an output bucket some record names: for finding orphans. */
  knownOutputs(bucket: string, keys: readonly ObjectKey[]): Promise<ReadonlySet<string>>;

  /** Tells `status`, on every machine, all that this worker waits for now, instead of what it told before. */
  reportOutages(worker: string, outages: readonly NewOutage[]): Promise<void>;
}
