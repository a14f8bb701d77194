import diagnostics from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import type { ObjectVersion } from '../../../src/store/contract.ts';
import { openS3Store } from '../../../src/store/s3/store.ts';
import { connectionTo, freshBucket } from '../../servers/buckets.ts';
import { key, put, read } from '../objects.ts';

const rgw = inject('rgw');
const name = key('cat.jpg');

async function openBucket() {
  if (rgw === null) throw new Error('no RGW');
  const store = openS3Store(connectionTo(rgw), await freshBucket(rgw, 'remove'));
  onTestFinished(() => store.close());
  await store.probe();
  return store;
}

async function readVersion(store: Awaited<ReturnType<typeof openBucket>>): Promise<ObjectVersion> {
  const { version, body } = await store.get(name);
  body.resume();
  return version;
}

/** How often this process sends an S3 request while something is done. */
async function requestsOf(action: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const sent = (): void => {
    count += 1;
  };
  diagnostics.subscribe('undici:request:create', sent);
  try {
    await action();
  } finally {
    diagnostics.unsubscribe('undici:request:create', sent);
  }
  return count;
}

/** As if it had lain there for a minute when it was read; the times that the server compares are the real ones. */
const old = (version: ObjectVersion): ObjectVersion => ({ ...version, age: 60_000 });

/** The server tells whole seconds. */
const anotherSecond = () => sleep(1_100);

describe.skipIf(rgw === null)(
  'removing an object that has lain there for long (skipped without radosgw)',
  () => {
    it('takes one request, where a fresh one takes two', async () => {
      const store = await openBucket();
      await put(store, name, 'bytes');
      const fresh = await readVersion(store);
      expect(fresh.age).toBeGreaterThanOrEqual(0);
      expect(fresh.age).toBeLessThan(60_000);
      expect(await requestsOf(() => store.delete({ ...fresh, age: 0 }))).toBe(2);
      expect(await store.head(name)).toBeUndefined();

      await put(store, name, 'bytes');
      const version = old(await readVersion(store));
      let outcome: unknown;
      expect(
        await requestsOf(async () => {
          outcome = await store.delete(version);
        }),
      ).toBe(1);
      expect(outcome).toBe('deleted');
      expect(await store.head(name)).toBeUndefined();
    });

    it('leaves what its owner has put there since alone, the same bytes too', async () => {
      const store = await openBucket();
      await put(store, name, 'first');
      const version = old(await readVersion(store));
      await anotherSecond();
      await put(store, name, 'second');
      expect(await store.delete(version)).toBe('changed');
      expect(await read(store, name)).toBe('second');
      await put(store, name, 'first');
      expect(await store.delete(version)).toBe('changed');
      expect(await read(store, name)).toBe('first');
    });

    it('is harmless to repeat', async () => {
      const store = await openBucket();
      await put(store, name, 'bytes');
      const version = old(await readVersion(store));
      expect(await store.delete(version)).toBe('deleted');
      expect(await store.delete(version)).toBe('deleted');
      await anotherSecond();
      await put(store, name, 'new');
      expect(await store.delete(version)).toBe('changed');
      expect(await read(store, name)).toBe('new');
    });
  },
);
