import { createHash, randomBytes } from 'node:crypto';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { makeBucket } from '../../bench/bucket.ts';
import { Closing } from '../../bench/closing.ts';
import { connectionTo } from '../servers/buckets.ts';
import { readIndependently } from '../servers/independent.ts';

const rgw = inject('rgw');

describe.skipIf(rgw === null)('a bucket of the bench, on a real RGW', () => {
  const closing = new Closing();
  afterAll(() => closing.close());

  it('holds what was put, finds it, hashes it, and is empty when it was emptied', async () => {
    if (rgw === null) throw new Error('skipped without an RGW');
    const name = `bench_${randomBytes(5).toString('hex')}`;
    const bucket = await makeBucket(connectionTo(rgw), name, closing);
    const pictures = new Map(['b.jpg', 'a.jpg', 'c.jpg'].map((key) => [key, randomBytes(2_000)]));
    for (const [key, bytes] of pictures) await bucket.put(key, bytes);

    expect((await bucket.list()).sort()).toEqual(['a.jpg', 'b.jpg', 'c.jpg']);
    expect(await bucket.exists('a.jpg')).toBe(true);
    expect(await bucket.exists('d.jpg')).toBe(false);
    const hashes = new Map(
      [...pictures].map(([key, bytes]) => [key, createHash('sha256').update(bytes).digest('hex')]),
    );
    expect(await bucket.hashes()).toEqual(hashes);
    expect(await readIndependently(rgw, name)).toEqual(hashes);

    await bucket.empty();
    expect(await bucket.list()).toEqual([]);
  });
});
