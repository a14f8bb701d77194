import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import { createOwnedBucket, lookAtBucket, removeBucket } from '../../../src/store/s3/ownedBucket.ts';
import { openS3Store } from '../../../src/store/s3/store.ts';
import { parseObjectKey } from '../../../src/image/key.ts';
import { connectionTo, freshBucket, newUser, setVersioning } from '../../servers/buckets.ts';

const rgw = inject('rgw');

const sha256Of = (body: Buffer): string => createHash('sha256').update(body).digest('hex');

describe.skipIf(rgw === null)('a bucket of ours, on a real RGW', () => {
  if (rgw === null) return;
  const ours = connectionTo(rgw);
  const name = () => `own_${randomBytes(5).toString('hex')}`;

  it('is made with our mark, looked at, and removed, each as often as one likes', async () => {
    const bucket = name();
    expect(await lookAtBucket(ours, bucket)).toEqual({ state: 'absent' });
    for (let time = 0; time < 2; time += 1) await createOwnedBucket(ours, bucket, 'kuva:images');
    expect(await lookAtBucket(ours, bucket)).toEqual({ state: 'present', empty: true, mark: 'kuva:images' });
    for (let time = 0; time < 2; time += 1) await removeBucket(ours, bucket, false);
    expect(await lookAtBucket(ours, bucket)).toEqual({ state: 'absent' });
  });

  it('gets no mark when it was there before', async () => {
    const bucket = await freshBucket(rgw);
    await createOwnedBucket(ours, bucket, 'kuva:images');
    expect(await lookAtBucket(ours, bucket)).toMatchObject({ state: 'present', mark: '' });
    await removeBucket(ours, bucket, false);
  });

  it.each(['plain', 'versioned'])('is removed with its objects only when asked for: %s', async (kind) => {
    const bucket = await freshBucket(rgw);
    if (kind === 'versioned') await setVersioning(rgw, bucket, 'Enabled');
    const store = openS3Store(ours, bucket);
    for (const key of ['a b+c.jpg', 'ä/ö.jpg', 'ä/ö.jpg']) {
      const body = Buffer.from(key);
      await store.put(parseObjectKey(key), body, { contentType: 'image/jpeg', sha256: sha256Of(body) });
    }
    await store.close();
    expect(await lookAtBucket(ours, bucket)).toMatchObject({ empty: false });
    await expect(removeBucket(ours, bucket, false)).rejects.toThrow(/is not empty/);
    await removeBucket(ours, bucket, true);
    expect(await lookAtBucket(ours, bucket)).toEqual({ state: 'absent' });
  });

  it('of somebody else is told as such, and its name cannot be had', async () => {
    const bucket = await freshBucket(rgw);
    const { connection } = await newUser(rgw);
    expect(await lookAtBucket(connection, bucket)).toEqual({ state: 'foreign' });
    await expect(createOwnedBucket(connection, bucket, 'kuva:images')).rejects.toThrow(
      /belongs to somebody else/,
    );
    await removeBucket(ours, bucket, false);
  });
});
