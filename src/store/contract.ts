/**
 * What the pipeline needs of an object store, and nothing more. Two stores keep this contract, `s3/` and
 * `folder/`; both pass the one suite in `test/store/contract.ts`.
 *
 * Every method throws only {@link KuvaError}s (with the codes `store-*`, `bucket-missing`, `object-*`, `key-invalid`
 * where the store cannot hold a key, and `interrupted` after an abort); a backend's own errors are translated once, where they arise. A store retries nothing by itself that the caller
 * could not repeat: patience is the pipeline's.
 */
import type { Readable } from 'node:stream';
import type { ObjectKey } from '../image/key.ts';

/** What the keys of scratch objects begin with: see {@link ObjectStore.probe}. */
export const scratchPrefix = '.kuva-probe-';

/** One state of one object: another write under the same key is another version. */
export interface ObjectVersion {
  readonly key: ObjectKey;
  /** Without quotation marks. Two versions of a key never share it unless their bytes are the same. */
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  readonly lastModified: Date;
  /** Only where the bucket keeps versions, and then only from `head` and `get`: a listing does not tell it. */
  readonly versionId?: string;
  /**
   * Milliseconds, by the store's own clock, for which this version had lain there when it was read. Only from `get`, and
   * only where the store tells its time. An old enough one can be removed in one step: see `s3/remove.ts`.
   */
  readonly age?: number;
}

/** Something in the bucket that cannot be worked with, e.g. a file name that is not UTF-8. It is left alone and told. */
export interface Unusable {
  /** For display only. */
  readonly name: string;
  readonly reason: string;
}

export interface ListPage {
  readonly objects: readonly ObjectVersion[];
  readonly unusable: readonly Unusable[];
}

export interface ListOptions {
  readonly prefix?: string;
  /** Only keys that sort behind this one. Ignored by a store that is not {@link ObjectStore.inOrder}. */
  readonly after?: ObjectKey;
  /** Objects a page at most, 1 to 1,000. */
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
}

export interface GetOptions {
  /** Only so many bytes from the beginning; `version.size` is still that of the whole object. */
  readonly first?: number;
  /** Fail with `object-changed` unless the object still has this ETag. */
  readonly ifMatch?: string;
  readonly signal?: AbortSignal;
}

export interface StoredObject {
  readonly version: ObjectVersion;
  /** The MD5 of the whole object in lower-case hexadecimal, where the store is known to tell it. Other bytes are damaged. */
  readonly md5?: string;
  /**
   * The bytes. Fails with `store-unreachable` when they end before `version.size` was reached, with
   * `object-changed` when a file changed while it was read. Must be read to the end or destroyed.
   */
  readonly body: Readable;
}

export interface PutOptions {
  /** MIME type; a store that keeps none ignores it. */
  readonly contentType: string;
  /** Kept with the object where the store can (S3: `x-amz-meta-kuva-…`): names and values of a-z, 0-9, - alone. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** SHA-256 of the body in lower-case hexadecimal. A server that receives other bytes must refuse them. */
  readonly sha256: string;
  /**
   * `absent`: fail with `object-exists` when the key is taken. `{ etag }`: fail with `object-changed` unless the
   * object there has this ETag. Exact where `capabilities.conditionalPut`, else a look before the write. (In a
   * folder `{ etag }` is exact among the writers of one process; for all others a look just before the rename.)
   */
  readonly condition?: 'absent' | { readonly etag: string };
  readonly signal?: AbortSignal;
}

/** An object whose bytes come while it is written, and are not known before. */
export interface ReceiveOptions {
  /** MIME type; a store that keeps none ignores it. */
  readonly contentType: string;
  /** What the sender says of it: other bytes are refused with `store-corrupted`, and nothing is written. */
  readonly expected: { readonly size?: number; readonly sha256?: string };
  /** `absent`: as for {@link PutOptions}. Left out: whatever is there is replaced. */
  readonly condition?: 'absent';
  readonly signal?: AbortSignal;
}

export interface ReceivedObject {
  readonly version: ObjectVersion;
  /** Of what came. */
  readonly sha256: string;
}

/**
 * - `deleted`: this very version is gone, and nothing else was touched.
 * - `changed`: another version is there now; it was left alone.
 * - `missing`: there is no object under the key.
 */
export type DeleteOutcome = 'deleted' | 'changed' | 'missing';

/**
 * How a delete makes sure that it removes the version that was read, best first.
 * - `exact`: the version itself is named (versioned bucket) or taken aside, compared, then removed (folder). No window.
 * - `if-match`: the server compares the ETag. No window.
 * - `if-unmodified-since`: HEAD, then the server compares the modification time in whole seconds. Window: a
 *   replacement within the same second between HEAD and DELETE.
 * - `compare`: HEAD, compare, DELETE. Window: a replacement between the two requests.
 */
export type RemovalMode = 'exact' | 'if-match' | 'if-unmodified-since' | 'compare';

export interface StoreCapabilities {
  readonly removal: RemovalMode;
  readonly conditionalGet: boolean;
  readonly conditionalPut: boolean;
  readonly versioned: boolean;
  /**
   * Can a listing show an object that its writer has not finished? False for S3; true for folders, where the
   * pipeline waits until a file has been left alone for a moment.
   */
  readonly partialWritesVisible: boolean;
  /** One sentence for `doctor`, e.g. which server it is and which window `removal` leaves. */
  readonly note: string;
}

/** Which rights a probe should try out. An input bucket needs `read` and `delete`, an output bucket `read` and `write`. */
export type Access = 'read' | 'write' | 'delete';

export interface ObjectStore {
  /** Where it is, for people: `s3://bucket` or `file:///folder`. Never with credentials. */
  readonly url: string;
  /** The name that the ledger keeps: the S3 bucket's name, or the folder's absolute path. */
  readonly bucket: string;

  /**
   * Finds out by trying, on a scratch object of its own that it removes again, what this server really does: a
   * status code alone proves nothing (Ceph RGW 16 answers 204 to a DELETE whose If-Match does not match, and the
   * object is gone). Remembers the answer for `put` and `delete`; they probe on first use if nobody did before.
   * The scratch object's key begins with {@link scratchPrefix}, and `list` never shows one.
   */
  probe(signal?: AbortSignal): Promise<StoreCapabilities>;

  /** Does `list` give keys in the order of their bytes (UTF-8), and can it begin behind a key? */
  readonly inOrder?: true;

  /** All objects, a page at a time, holding one page in memory. Order is not promised unless `inOrder`. */
  list(options?: ListOptions): AsyncIterable<ListPage>;

  /** The version that is there now, or undefined. */
  head(key: ObjectKey, signal?: AbortSignal): Promise<ObjectVersion | undefined>;

  /** @throws KuvaError `object-missing`, `object-changed` */
  get(key: ObjectKey, options?: GetOptions): Promise<StoredObject>;

  /**
   * Writes an object and returns once it is durable: the store has acknowledged all of it (S3), or data and
   * folder entry are synced to disk (folder). Readers see the old object or the whole new one, never a part.
   */
  put(key: ObjectKey, body: Uint8Array, options: PutOptions): Promise<ObjectVersion>;

  /**
   * Writes an object as its bytes come, holding a few MB of them in memory. It appears, whole and durable, when all of
   * them have come and are what was expected; when `pieces` throw, or the signal is aborted, nothing is left of it.
   * Absent where the store has no such thing.
   */
  receive?(
    key: ObjectKey,
    pieces: AsyncIterable<Uint8Array>,
    options: ReceiveOptions,
  ): Promise<ReceivedObject>;

  /** Removes `version` and no other, as exactly as `capabilities.removal` says. Repeating it is harmless. */
  delete(version: ObjectVersion, signal?: AbortSignal): Promise<DeleteOutcome>;

  /**
   * Tells about changes as they happen, as a hint only: hints may be missing, doubled or wrong, and a listing is
   * the truth. `key` is given where it is known. Absent where the store has no such thing.
   */
  watch?(onHint: (key?: ObjectKey) => void, signal: AbortSignal): void;

  close(): Promise<void>;
}
