/**
 * What the pipeline needs of the ledger: the list of images with their states, the rows that prove what was
 * done, and the queue that hands images to workers. All three live in one PostgreSQL, so that one transaction
 * can change them together.
 */
import type { Facts } from '../image/facts.ts';
import type { FactsQuery } from '../image/factsQuery.ts';
import type { FailureCode } from '../image/failure.ts';
import type { ImageFormat } from '../image/format.ts';
import type { ImageIdentity } from '../image/identity.ts';
import type { ObjectKey } from '../image/key.ts';
import type { KeptPreview, PreviewSide } from '../image/preview.ts';
import type { ImageState } from '../image/state.ts';
import type { Way } from '../image/way.ts';

/** An object that a listing showed. */
export interface SeenObject {
  readonly key: ObjectKey;
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  readonly lastModified: Date;
}

/** What a job says of its image, so that a worker knows what to ask for before it begins. */
export interface QueuedImage {
  readonly id: bigint;
  readonly image: ImageIdentity;
  /** Bytes. */
  readonly size: number;
}

/** One try at one image by one worker. Whoever begins the next try ends this one: every later call with it says `lost`. */
export interface Attempt {
  readonly imageId: bigint;
  readonly image: ImageIdentity;
  readonly size: number;
  /** 1 for the first try of a round. */
  readonly number: number;
  /**
   * 1 for the first time that these bytes lie under this key; one more each time they are put there again after
   * they had been done. Records are counted by round, so that the same upload is never logged twice.
   */
  readonly round: number;
  /** Fencing token: higher for every attempt in this database. */
  readonly token: bigint;
  /** Milliseconds between queueing and this attempt's begin. */
  readonly waitedMs: number;
  /** True when this round's records are committed already: only the input is left to remove. */
  readonly committed: boolean;
  /** Where each output of the recipe goes, by output name, as granted: see {@link Ledger.begin}. */
  readonly outputKeys: ReadonlyMap<string, GrantedKey>;
  /** The input is read from here, and stays: it was moved when it was done, and is done once more. */
  readonly source?: ArchivedInput;
}

/** The copy of an input that was moved when it was done. */
export interface ArchivedInput {
  readonly bucket: string;
  readonly key: ObjectKey;
  readonly etag: string;
}

/** By which recipe an image was made. */
export interface RecipeNote {
  readonly digest: string;
  readonly text: string;
  /** The rule that chose it; left out: there are none, or none fitted. */
  readonly rule?: string;
}

export interface GrantedKey {
  readonly key: ObjectKey;
  /** What this very image was last given under this key, if it was done before: the one object that may be overwritten. */
  readonly previous?: { readonly etag: string; readonly sha256: string };
}

export interface WantedKey {
  readonly output: string;
  /** What the recipe asks for. */
  readonly key: ObjectKey;
  /** Taken when `key` belongs to another image. */
  readonly alternative: ObjectKey;
}

/** What happens when the key of an output belongs to another image's output. */
export type KeyConflict = 'keep-both' | 'replace' | 'reject';

export type Begin =
  | { readonly outcome: 'begun'; readonly attempt: Attempt }
  /** Nothing to do now: done already, superseded, unknown; or `queued`, when an output key is in another one's hands. */
  | { readonly outcome: 'over'; readonly state: ImageState | undefined }
  /** Earlier attempts ended without a word (a killed worker) and the last one was used up: it is now `failed`. */
  | { readonly outcome: 'exhausted' };

/** One output of one image, as proven. */
export interface NewRecord {
  readonly output: string;
  readonly inputBytes: number;
  readonly inputSha256: string;
  readonly inputVersionId?: string;
  readonly inputFormat: ImageFormat;
  readonly inputWidth: number;
  readonly inputHeight: number;
  readonly inputPages: number;
  readonly outputBucket: string;
  readonly outputKey: ObjectKey;
  readonly outputEtag: string;
  readonly outputBytes: number;
  readonly outputSha256: string;
  readonly outputFormat: ImageFormat;
  readonly outputWidth: number;
  readonly outputHeight: number;
  readonly outputPages: number;
  /** How the output was made; undefined in records that were made before this was told. */
  readonly way?: Way['way'];
  /** Why it was not negated without loss, where that was tried. */
  readonly wayReason?: string;
  /** What the recipe's steps measured. */
  readonly facts?: Facts;
  /** Milliseconds by phase: `wait`, `get`, `transform`, `hash`, `put`. */
  readonly durations: Readonly<Record<string, number>>;
}

export interface LedgerRecord extends NewRecord {
  readonly id: bigint;
  /** The image's own number. */
  readonly imageId: bigint;
  readonly recordedAt: Date;
  readonly image: ImageIdentity;
  readonly round: number;
  readonly recipeDigest: string;
  readonly recipeText: string;
  /** The rule that chose the recipe, where one did. */
  readonly rule?: string;
  readonly attempt: number;
  readonly worker: string;
}

export interface FailureNote {
  readonly code: FailureCode;
  /** What happened, in one sentence. */
  readonly what: string;
  readonly remedy?: string;
}

/** How an attempt ended. `lost` is answered when another attempt has begun since; nothing was changed then. */
export type Settlement =
  /** `kept`: its input stays where it is, and is nothing new to whoever sees it there. */
  | { readonly state: 'done'; readonly kept?: true }
  /** A rule says that such images are left alone. */
  | { readonly state: 'skipped'; readonly failure: FailureNote }
  /** An image that was moved away in an earlier round stays `rejected`, with its reason and its place. */
  | { readonly state: 'superseded'; readonly failure: FailureNote }
  | { readonly state: 'rejected'; readonly failure: FailureNote; readonly movedTo?: string }
  /** Costs an attempt: queued again after `delayMs`, or failed when it was the last one. */
  | { readonly state: 'attempt-failed'; readonly failure: FailureNote; readonly delayMs: number }
  /** Costs no attempt: an outage, or a clean stop. */
  | { readonly state: 'postponed'; readonly failure?: FailureNote; readonly delayMs: number };

export interface ImageRow {
  readonly id: bigint;
  readonly image: ImageIdentity;
  readonly size: number;
  readonly state: ImageState;
  readonly round: number;
  readonly attempts: number;
  readonly worker: string | undefined;
  readonly discoveredAt: Date;
  readonly queuedAt: Date;
  readonly startedAt: Date | undefined;
  readonly settledAt: Date | undefined;
  readonly failure: FailureNote | undefined;
  readonly movedTo: string | undefined;
}

/** An image that is done, and what is left of its input. */
export interface FinishedImage {
  readonly id: bigint;
  readonly image: ImageIdentity;
  /** Bytes. */
  readonly size: number;
  /** `input`: where it was; `archive`: moved; `gone`: removed, so that nothing more can be made of it. */
  readonly input: 'input' | 'archive' | 'gone';
  /** The bucket that it was moved to. */
  readonly archiveBucket?: string;
  /** Of the newest record; absent when it was made without outputs. */
  readonly newest?: {
    readonly recipeDigest: string;
    readonly rule?: string;
    readonly format: ImageFormat;
    readonly width: number;
    readonly height: number;
    readonly pages: number;
  };
}

/** What the ledger says of an object that lies in an input bucket. */
export interface KnownState {
  readonly state: ImageState;
  /** It is done, and its input stays. */
  readonly kept: boolean;
  readonly failure?: string;
}

export interface LogFilter {
  /** Only this image, by its number in the ledger. */
  readonly imageId?: bigint;
  /** Matches input or output key: `*` and `?` as wildcards, else a part of the name. Case counts. */
  readonly name?: string;
  readonly states?: readonly ImageState[];
  readonly since?: Date;
  readonly until?: Date;
  /** Only records that this is true of. */
  readonly facts?: FactsQuery;
  /** Newest first unless `oldestFirst`. */
  readonly oldestFirst?: boolean;
  readonly limit?: number;
  /** Of several records for one output object, only the newest: what should lie in the bucket now. */
  readonly currentOnly?: boolean;
  /** Only records with a higher id: for following. */
  readonly afterRecord?: bigint;
}

export interface WorkerRow {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly startedAt: Date;
  readonly alive: boolean;
  readonly discovering: boolean;
  /** Images that it has in work. */
  readonly processing: number;
  /** The one of them that it has had for longest. */
  readonly longest: { readonly key: ObjectKey; readonly since: Date } | undefined;
}

export interface LedgerStatus {
  readonly counts: Readonly<Record<ImageState, number>>;
  readonly records: number;
  /** When the oldest image that is still queued was put in. */
  readonly oldestQueuedAt: Date | undefined;
  readonly lastDoneAt: Date | undefined;
  /** When an image last came to an end, whichever: done, set aside, superseded. */
  readonly lastEndedAt: Date | undefined;
  /** The last whole look over the input bucket. */
  readonly lastPass: LastPass | undefined;
  /** The database's clock, which all these times are of. */
  readonly now: Date;
  /** Images done in the last minute and hour. */
  readonly doneLastMinute: number;
  readonly doneLastHour: number;
  readonly failures: readonly {
    readonly code: FailureCode;
    readonly state: ImageState;
    readonly count: number;
  }[];
  readonly workers: readonly WorkerRow[];
  /** What is in the way right now, and since when: set and cleared by workers. */
  readonly outages: readonly Outage[];
}

export interface LastPass {
  readonly at: Date;
  readonly worker: string;
  /** Objects in the bucket. */
  readonly seen: number;
  /** Images that were new. */
  readonly queued: number;
  /** Milliseconds. */
  readonly took: number;
}

/** What a worker can wait for; `unknown`: said by a worker of an earlier version. */
export type OutageResource = Resource | 'unknown';

/** What the workers of a pipeline depend on. `reading`, `removal`: of inputs, where `input` is their listing. */
export const resources = [
  'input',
  'reading',
  'removal',
  'output',
  'rejected',
  'archive',
  'database',
  'decoder',
] as const;
export type Resource = (typeof resources)[number];

/** Something that a worker waits for. */
export interface NewOutage {
  readonly resource: Resource;
  /** Of the bucket or folder; empty for the database. Never with credentials. */
  readonly url: string;
  readonly failure: FailureNote;
  /** Milliseconds since it began. */
  readonly age: number;
}

export interface Outage {
  readonly worker: string;
  readonly resource: OutageResource;
  /** Of the bucket or folder; empty where there is none, or it is not known. */
  readonly url: string;
  readonly failure: FailureNote;
  readonly since: Date;
}

/** The keys that the outputs of an image should have. */
export interface KeyWish {
  readonly wanted: readonly WantedKey[];
  readonly outputBucket: string;
  readonly conflict: KeyConflict;
}

export interface BeginOptions extends KeyWish {
  readonly worker: string;
  /** Attempts that an image has before it fails. */
  readonly maxAttempts: number;
}

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

/** Hands queued images to this process and looks after the workers that died. */
export interface ImageQueue {
  /**
   * Calls `work` for queued images, `concurrency` at a time, until `signal` is aborted; then takes no more, and
   * resolves when those under way are finished. `work` must settle its image and does not throw.
   * @throws KuvaError `database-schema` when the ledger can no longer be used by this version of the program
   */
  run(options: {
    readonly worker: string;
    readonly version: string;
    readonly concurrency: number;
    readonly work: (queued: QueuedImage) => Promise<void>;
    /** Aborted: take no more images, finish what is under way. */
    readonly stop: AbortSignal;
    readonly onDatabaseTrouble?: (failure: FailureNote | undefined) => void;
    /** Told what a person may want to know, e.g. whose images were taken over. */
    readonly onNote?: (text: string) => void;
  }): Promise<void>;

  /**
   * Waits until this process is the one that discovers for the pipeline, calls `lead`, and aborts its signal when
   * the lock is lost (its connection broke). Returns when `stop` is aborted and `lead` has returned.
   */
  lead(lead: (signal: AbortSignal) => Promise<void>, stop: AbortSignal): Promise<void>;
}

/** An alert that was sent and is not over. */
export interface OpenAlert {
  readonly name: string;
  readonly since: Date;
  readonly mark: AlertMark;
}

/** What was told already: images set aside up to that moment (the database's, as text), so many in all. */
export interface AlertMark {
  readonly upTo?: string;
  readonly total?: number;
}

export interface NewlySetAside {
  /** Set aside in all, now. */
  readonly total: number;
  /** The last change among them; absent when there are none. */
  readonly upTo?: string;
  /** Those since the moment that was asked for, by reason; each state counted up to 10,000. */
  readonly counts: readonly {
    readonly code: FailureCode;
    readonly state: ImageState;
    readonly count: number;
  }[];
  /** The newest few. */
  readonly examples: readonly {
    readonly id: bigint;
    readonly key: ObjectKey;
    readonly code: FailureCode;
    readonly what: string;
  }[];
}

/** What workers tell each other about how it goes, beside the images themselves. */
export interface Monitor {
  /** Tells `status` of a whole look over the input bucket. */
  reportPass(
    worker: string,
    pass: { readonly seen: number; readonly queued: number; readonly took: number },
  ): Promise<void>;
  /**
   * Takes or keeps the turn to send alerts for so long: one worker of a pipeline has it, until it is dead or silent.
   * @returns is it mine?
   */
  takeTurn(worker: string, milliseconds: number): Promise<boolean>;
  leaveTurn(worker: string): Promise<void>;
  openAlerts(): Promise<readonly (OpenAlert & { readonly toldAt: Date })[]>;
  /** Notes that it was told just now. */
  keepAlert(alert: OpenAlert): Promise<void>;
  dropAlert(name: string): Promise<void>;
  /** Images that were rejected or failed after a moment (`upTo` of an earlier answer); all, when left out. */
  setAsideSince(upTo: string | undefined): Promise<NewlySetAside>;
}

/** How many previews are kept; the oldest images' go first. */
export interface PreviewBounds {
  /** Images. */
  readonly keep: number;
  /** Bytes of all pictures together. */
  readonly bytes: number;
}

/** Keeps previews of some images for everyone who looks, on whatever machine. Nothing that is proven depends on it. */
export interface PreviewStore {
  /** An `after` only if it shows the first output of the image's newest round: others are of an earlier recipe. */
  get(imageId: bigint, side: PreviewSide): Promise<KeptPreview | undefined>;
  /** Keeps it instead of an earlier one; within the bounds, the oldest images' previews go with the same commit. */
  put(imageId: bigint, side: PreviewSide, preview: KeptPreview): Promise<void>;
  /** Was this image done less than so many milliseconds ago? A worker may still be drawing it then. */
  isFresh(imageId: bigint, milliseconds: number): Promise<boolean>;
  /** Somebody looks at this pipeline for so many milliseconds from now; 0: no longer. */
  noteViewer(viewer: string, milliseconds: number): Promise<void>;
  /** Is somebody looking, from wherever, and how many images wait? One cheap statement. */
  demand(): Promise<{ readonly viewed: boolean; readonly queued: number }>;
}
