import { Readable } from 'node:stream';
import { KuvaError } from '../../src/image/failure.ts';
import { type ObjectKey, parseObjectKey, showKey } from '../../src/image/key.ts';
import type {
  DeleteOutcome,
  ListOptions,
  ListPage,
  ObjectStore,
  ObjectVersion,
  StoredObject,
} from '../../src/store/contract.ts';
import { digest, inOrder, type MemoryBucket, type Stored } from './bucket.ts';
import { type Call, directly, interrupted, type Wire } from './wire.ts';

export interface MemoryStoreOptions {
  readonly wire?: Wire;
  /** What it is called in a history. */
  readonly name?: string;
  readonly watch?: ObjectStore['watch'];
  /** Objects a page, where the caller does not say. */
  readonly pageSize?: number;
}

/** A client of a bucket in memory. Keeps the contract of an object store: `store.test.ts` runs its suite. */
export function openMemoryStore(bucket: MemoryBucket, options: MemoryStoreOptions = {}): ObjectStore {
  const { wire = directly, name = bucket.name } = options;
  const { removal, conditionalPut, versioned, partialWritesVisible } = bucket.traits;
  const call = (method: string, key?: ObjectKey, signal?: AbortSignal): Call => ({
    name: `${name}.${method}`,
    ...(key !== undefined && { about: showKey(key) }),
    signal,
  });
  const head = (key: ObjectKey, signal?: AbortSignal): Promise<Stored | undefined> =>
    wire(call('head', key, signal), () => bucket.current(key));

  const removeNamed = (key: ObjectKey, versionId: string, signal?: AbortSignal): Promise<DeleteOutcome> =>
    wire(call('delete', key, signal), () => {
      const object = bucket.version(key, versionId);
      if (object !== undefined) bucket.remove(object);
      // The server does not tell whether it was there.
      return 'deleted';
    });

  const store: ObjectStore = {
    url: `memory://${bucket.name}`,
    bucket: bucket.name,
    ...(!partialWritesVisible && { inOrder: true }),
    ...(options.watch !== undefined && { watch: options.watch }),
    probe: () =>
      Promise.resolve({
        removal,
        conditionalGet: true,
        conditionalPut,
        versioned,
        partialWritesVisible,
        note: `A bucket in memory that removes by ${removal}.`,
      }),
    list: (listing) => list(bucket, wire, call, { pageSize: options.pageSize ?? 1_000, ...listing }),
    async head(key, signal) {
      const object = await head(key, signal);
      return object && versionOf(object);
    },
    get: (key, { first, ifMatch, signal } = {}) =>
      wire(call('get', key, signal), () => {
        const object = bucket.current(key);
        if (object === undefined) throw failure('object-missing', `${showKey(key)} is not there`);
        if (ifMatch !== undefined && object.etag !== ifMatch)
          throw failure('object-changed', `${showKey(key)} was replaced`);
        return {
          version: versionOf(object),
          body: bodyOf(object.bytes.subarray(0, first), call('get', key, signal)),
        } satisfies StoredObject;
      }),
    async put(key, body, options) {
      const { condition, signal, sha256 } = options;
      const holds = (there: Stored | undefined): void => {
        if (condition === 'absent' && there !== undefined)
          throw failure('object-exists', `${showKey(key)} is there already`);
        if (typeof condition === 'object' && there?.etag !== condition.etag)
          throw failure('object-changed', `${showKey(key)} is another object now`);
      };
      if (condition !== undefined && !conditionalPut) holds(await head(key, signal));
      return wire(call('put', key, signal), () => {
        if (digest('sha256', body) !== sha256) throw failure('store-corrupted', 'other bytes arrived');
        if (conditionalPut) holds(bucket.current(key));
        return versionOf(bucket.write(key, Buffer.from(body)));
      });
    },
    async delete(version, signal) {
      const { key, etag, versionId } = version;
      if (versionId !== undefined) return removeNamed(key, versionId, signal);
      if (!versioned && (removal === 'exact' || removal === 'if-match')) {
        return wire(call('delete', key, signal), () => {
          const there = bucket.current(key);
          if (there?.etag === etag) bucket.remove(there);
          return outcome(there, etag);
        });
      }
      const looked = await head(key, signal);
      if (looked?.etag !== etag) return outcome(looked, etag);
      if (looked.versionId !== undefined) return removeNamed(key, looked.versionId, signal);
      return wire(call('delete', key, signal), () => {
        const there = bucket.current(key);
        if (there === undefined) return 'missing';
        if (removal === 'if-unmodified-since' && second(there) > second(looked)) return 'changed';
        bucket.remove(there, looked);
        return 'deleted';
      });
    },
    close: () => Promise.resolve(),
  };
  return store;
}

const second = ({ lastModified }: ObjectVersion): number => Math.floor(lastModified.getTime() / 1000);

const outcome = (there: Stored | undefined, etag: string): DeleteOutcome =>
  there === undefined ? 'missing' : there.etag === etag ? 'deleted' : 'changed';

async function* list(
  bucket: MemoryBucket,
  wire: Wire,
  call: (method: string, key?: ObjectKey, signal?: AbortSignal) => Call,
  { prefix = '', after, pageSize = 1_000, signal }: ListOptions = {},
): AsyncGenerator<ListPage> {
  let last = bucket.traits.partialWritesVisible ? undefined : after;
  for (;;) {
    const from = last;
    const page = await wire(call('list', undefined, signal), () =>
      bucket
        .list()
        .filter(({ key }) => key.startsWith(prefix) && (from === undefined || inOrder(key, from) > 0))
        .slice(0, pageSize),
    );
    // A listing does not tell a version's id.
    yield {
      objects: page.map((object) => {
        const { key, etag, size, lastModified } = object;
        return { key, etag, size, lastModified };
      }),
      unusable: [],
    };
    if (page.length < pageSize) return;
    last = parseObjectKey(page.at(-1)?.key ?? '');
  }
}

function versionOf({ key, etag, size, lastModified, versionId }: Stored): ObjectVersion {
  return { key, etag, size, lastModified, ...(versionId !== undefined && { versionId }) };
}

const chunk = 64 * 1024;

function bodyOf(bytes: Uint8Array, call: Call): Readable {
  let at = 0;
  const { signal } = call;
  const onAbort = (): void => {
    body.destroy(interrupted(call));
  };
  const body = new Readable({
    read() {
      if (at < bytes.length) body.push(Buffer.from(bytes.subarray(at, (at += chunk))));
      else body.push(null);
    },
    destroy(error, done) {
      signal?.removeEventListener('abort', onAbort);
      done(error);
    },
  });
  signal?.addEventListener('abort', onAbort, { once: true });
  // The answer may be on its way still, with nobody who reads it.
  body.on('error', () => undefined);
  return body;
}

function failure(
  code: 'object-missing' | 'object-changed' | 'object-exists' | 'store-corrupted',
  what: string,
) {
  return new KuvaError(code, { what });
}
