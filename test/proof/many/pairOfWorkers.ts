/** Two workers in one process on one image in real buckets, each of which can be held up at any point of the image's way. */
import { createHash } from 'node:crypto';
import { inject } from 'vitest';
import type { CrashPoint } from '../../../src/image/crashPoint.ts';
import { parseObjectKey } from '../../../src/image/key.ts';
import type { QueuedImage } from '../../../src/ledger/contract/attempt.ts';
import type { ImageEvent } from '../../../src/pipeline/event.ts';
import type { PipelineParts } from '../../../src/pipeline/parts.ts';
import type { ObjectStore } from '../../../src/store/contract.ts';
import { openS3Store } from '../../../src/store/s3/store.ts';
import { type Kit, openKit } from '../../pipeline/kit.ts';
import { connectionTo, freshBucket } from '../../servers/buckets.ts';

/** Where somebody waits until somebody else says so. */
export interface Barrier {
  /** Resolves when it was reached. */
  readonly reached: Promise<void>;
  readonly wait: () => Promise<void>;
  readonly open: () => void;
}

export function makeBarrier(): Barrier {
  let arrive = (): void => undefined;
  let open = (): void => undefined;
  const reached = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return {
    reached,
    wait: () => {
      arrive();
      return opened;
    },
    open: () => {
      open();
    },
  };
}

export interface Pair {
  readonly kit: Kit;
  readonly input: ObjectStore;
  readonly output: ObjectStore;
  /** A worker with a name; what is told of its images goes to `events`. */
  readonly worker: (
    name: string,
    changes?: Partial<PipelineParts>,
  ) => { parts: PipelineParts; events: ImageEvent[] };
  /** Puts it into the input bucket. */
  readonly put: (key: string, bytes: Uint8Array) => Promise<void>;
  /** Lists the input bucket as discovery does, and gives what is queued under this key. */
  readonly queue: (key: string) => Promise<QueuedImage>;
  /** Compares the output bucket with the newest records: what is not as they say, and what nobody recorded. */
  readonly differences: () => Promise<string[]>;
}

/** @param kind two folders, or two buckets on the test run's RGW */
export async function openPair(
  kind: 'folder' | 's3',
  at?: (point: CrashPoint) => Promise<void>,
): Promise<Pair> {
  const kit = await openKit();
  const rgw = inject('rgw');
  if (kind === 's3' && rgw === null) throw new Error('there is no RGW');
  const open = async (name: string): Promise<ObjectStore> => {
    if (rgw === null) throw new Error('there is no RGW');
    return openS3Store(connectionTo(rgw), await freshBucket(rgw, name), at === undefined ? {} : { at });
  };
  const input = kind === 'folder' ? kit.input : await open('in');
  const output = kind === 'folder' ? kit.output : await open('out');
  const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  return {
    kit,
    input,
    output,
    worker: (name, changes = {}) => {
      const events: ImageEvent[] = [];
      return {
        events,
        parts: {
          ...kit.parts,
          worker: name,
          input,
          output,
          onEvent: (event) => events.push(event),
          ...changes,
        },
      };
    },
    put: async (key, bytes) => {
      await input.put(parseObjectKey(key), bytes, { contentType: 'image/png', sha256: sha256(bytes) });
    },
    queue: async (key) => {
      const listedAt = await kit.ledger.now();
      for await (const { objects } of input.list()) await kit.ledger.enqueue(input.bucket, objects, listedAt);
      for await (const row of kit.ledger.images({ name: key, states: ['queued'] }))
        return { id: row.id, image: row.image, size: row.size };
      throw new Error(`${key} was not queued`);
    },
    differences: async () => {
      const found: string[] = [];
      const there = new Map<string, string>();
      for await (const { objects } of output.list()) {
        for (const { key } of objects) {
          const { body } = await output.get(key);
          const chunks: Buffer[] = [];
          for await (const chunk of body) if (chunk instanceof Buffer) chunks.push(chunk);
          there.set(key, sha256(Buffer.concat(chunks)));
        }
      }
      const recorded = new Set<string>();
      for await (const record of kit.ledger.records({ currentOnly: true })) {
        recorded.add(record.outputKey);
        if (there.get(record.outputKey) !== record.outputSha256)
          found.push(`${record.outputKey} is not what its record says`);
      }
      for (const key of there.keys()) if (!recorded.has(key)) found.push(`${key} is in no record`);
      return found;
    },
  };
}
