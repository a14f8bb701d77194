import { createHash } from 'node:crypto';
import type { ObjectKey } from '../../src/image/key.ts';
import type { ObjectVersion, RemovalMode } from '../../src/store/contract.ts';

/** What kind of place it is: see StoreCapabilities. */
export interface BucketTraits {
  readonly removal: RemovalMode;
  readonly conditionalPut: boolean;
  readonly versioned: boolean;
  /** As in a folder: an object's writer may still be at it, and every write gives another ETag. */
  readonly partialWritesVisible: boolean;
}

/** The places that the real stores find. */
export const bucketKinds = {
  folder: { removal: 'exact', conditionalPut: true, versioned: false, partialWritesVisible: true },
  versions: { removal: 'exact', conditionalPut: false, versioned: true, partialWritesVisible: false },
  comparing: { removal: 'if-match', conditionalPut: true, versioned: false, partialWritesVisible: false },
  ceph: {
    removal: 'if-unmodified-since',
    conditionalPut: true,
    versioned: false,
    partialWritesVisible: false,
  },
  plain: { removal: 'compare', conditionalPut: false, versioned: false, partialWritesVisible: false },
} as const satisfies Record<string, BucketTraits>;

export type BucketKind = keyof typeof bucketKinds;

/** One write. */
export interface Stored extends ObjectVersion {
  readonly bytes: Uint8Array;
  /** Higher for every write in this bucket. */
  readonly serial: number;
  readonly sha256: string;
}

/** A delete marker, where versions are kept. */
interface Marker {
  readonly serial: number;
  readonly bytes: undefined;
}

export type Change =
  | { readonly kind: 'written'; readonly object: Stored; readonly before: Stored | undefined }
  /** For good. `looked`: what the remover had seen there and meant to remove, where it compared before. */
  | { readonly kind: 'removed'; readonly object: Stored; readonly looked?: Stored };

export interface BucketOptions {
  readonly onChange?: (change: Change) => void;
  /** Asked at each listing: does it show the bucket as it was before its last change? */
  readonly isStale?: () => boolean;
}

/** What a server keeps of one bucket; its methods are single steps. */
export class MemoryBucket {
  readonly name: string;
  readonly traits: BucketTraits;
  readonly #now: () => number;
  /** By key, oldest first; more than one only where versions are kept. */
  readonly #objects = new Map<ObjectKey, (Stored | Marker)[]>();
  readonly #onChange: (change: Change) => void;
  readonly #isStale: () => boolean;
  #before: readonly Stored[] = [];
  #serial = 0;

  constructor(name: string, traits: BucketTraits, now: () => number, options: BucketOptions = {}) {
    this.name = name;
    this.traits = traits;
    this.#now = now;
    this.#onChange = options.onChange ?? (() => undefined);
    this.#isStale = options.isStale ?? (() => false);
  }

  current(key: ObjectKey): Stored | undefined {
    const last = this.#objects.get(key)?.at(-1);
    return last?.bytes === undefined ? undefined : last;
  }

  /** In the order of the keys' bytes, as a listing shows them. */
  list(): readonly Stored[] {
    return this.#isStale() ? this.#before : this.all();
  }

  /** What is there, in the same order. */
  all(): Stored[] {
    const there = [...this.#objects.keys()].map((key) => this.current(key));
    return there.filter((object) => object !== undefined).sort((a, b) => inOrder(a.key, b.key));
  }

  write(key: ObjectKey, bytes: Uint8Array): Stored {
    const serial = ++this.#serial;
    const { versioned, partialWritesVisible } = this.traits;
    const object: Stored = {
      key,
      bytes,
      serial,
      size: bytes.length,
      sha256: digest('sha256', bytes),
      // Of a file: inode and time. Of an S3 object in one piece: the MD5 of its bytes.
      etag: partialWritesVisible ? `file-${serial}` : digest('md5', bytes),
      lastModified: new Date(this.#now()),
      ...(versioned && { versionId: `v${serial}` }),
    };
    const before = this.current(key);
    this.#before = this.all();
    this.#objects.set(key, versioned ? [...(this.#objects.get(key) ?? []), object] : [object]);
    this.#onChange({ kind: 'written', object, before });
    return object;
  }

  /** As a person does it: where versions are kept, they stay under a marker. */
  hide(key: ObjectKey): void {
    const object = this.current(key);
    if (object === undefined) return;
    this.#before = this.all();
    if (this.traits.versioned) {
      this.#objects.get(key)?.push({ serial: ++this.#serial, bytes: undefined });
      return;
    }
    this.#objects.delete(key);
    this.#onChange({ kind: 'removed', object });
  }

  /** Removes one write for good; an older one, where versions are kept, comes to light again. */
  remove(object: Stored, looked?: Stored): void {
    this.#before = this.all();
    const left = (this.#objects.get(object.key) ?? []).filter(({ serial }) => serial !== object.serial);
    if (left.length > 0) this.#objects.set(object.key, left);
    else this.#objects.delete(object.key);
    this.#onChange({ kind: 'removed', object, ...(looked !== undefined && { looked }) });
  }

  version(key: ObjectKey, versionId: string): Stored | undefined {
    const all = this.#objects.get(key) ?? [];
    return all.find(
      (object): object is Stored => object.bytes !== undefined && object.versionId === versionId,
    );
  }
}

export function digest(algorithm: 'md5' | 'sha256', bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest('hex');
}

export function inOrder(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
