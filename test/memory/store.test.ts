import { describe } from 'vitest';
import { keepsTheContract } from '../store/contract.ts';
import { type BucketKind, bucketKinds, MemoryBucket } from './bucket.ts';
import { openMemoryStore } from './store.ts';

/** The simulation is worth as much as its parts: these are held to what the real stores are held to. */
describe.each(
  Object.keys(bucketKinds).filter((kind): kind is BucketKind => kind in bucketKinds),
)('a bucket in memory, of the kind %s,', (kind) => {
  const { removal, conditionalPut, versioned } = bucketKinds[kind];
  keepsTheContract(
    () => {
      const bucket = new MemoryBucket('bucket', bucketKinds[kind], () => Date.now());
      return Promise.resolve({
        store: openMemoryStore(bucket),
        readOutside: () => Promise.resolve(new Map(bucket.list().map(({ key, sha256 }) => [key, sha256]))),
        close: () => Promise.resolve(),
      });
    },
    { removal, conditionalPut, versioned },
  );
});
