/** What happens where not everything is allowed, on a real Ceph RGW. */
import { describe, expect, inject, it } from 'vitest';
import { toKuvaError } from '../../../src/image/failure.ts';
import { bucketExists, createBucket } from '../../../src/store/s3/bucket.ts';
import { createS3Client, textOf } from '../../../src/store/s3/client.ts';
import { defaultS3Options } from '../../../src/store/s3/connection.ts';
import { openS3Store } from '../../../src/store/s3/store.ts';
import {
  allow,
  connectionTo,
  freshBucket,
  limitedBucket,
  newUser,
  setVersioning,
} from '../../servers/buckets.ts';
import type { RgwServer } from '../../servers/rgw.ts';
import { failureOf, key, listAll, put, read } from '../objects.ts';

const given = inject('rgw');

describe.skipIf(given === null)('rights in a bucket of Ceph RGW (skipped without radosgw)', () => {
  const rgw = (): RgwServer => {
    if (given === null) throw new Error('no RGW');
    return given;
  };

  it('to read and remove alone are enough for an input, removed as safely as can be', async () => {
    const bucket = await freshBucket(rgw(), 'input');
    const { name, connection } = await newUser(rgw());
    await allow(rgw(), bucket, name, ['s3:ListBucket', 's3:GetObject', 's3:DeleteObject']);
    const owner = openS3Store(connectionTo(rgw()), bucket);
    await put(owner, key('cat.jpg'), 'first');
    const store = openS3Store(connection, bucket);
    const found = await store.probe();
    expect(found).toMatchObject({ removal: 'compare', conditionalPut: false });
    expect(found.note).toContain('may not write');
    const version = await store.head(key('cat.jpg'));
    await put(owner, key('cat.jpg'), 'second');
    expect(version && (await store.delete(version))).toBe('changed');
    expect(await read(store, key('cat.jpg'))).toBe('second');
    const newer = await store.head(key('cat.jpg'));
    expect(newer && (await store.delete(newer))).toBe('deleted');
    const checks = await store.checkAccess(['read', 'write', 'delete']);
    expect(checks.map(({ access, allowed }) => [access, allowed])).toEqual([
      ['read', true],
      ['write', false],
      ['delete', true],
    ]);
    expect(checks[1]?.failure?.code).toBe('store-denied');
    await Promise.all([owner.close(), store.close()]);
  });

  it('to read alone make a removal fail, and the object stays', async () => {
    const bucket = await freshBucket(rgw(), 'read_only');
    const { name, connection } = await newUser(rgw());
    await allow(rgw(), bucket, name, ['s3:ListBucket', 's3:GetObject']);
    const owner = openS3Store(connectionTo(rgw()), bucket);
    const version = await put(owner, key('cat.jpg'), 'bytes');
    const store = openS3Store(connection, bucket);
    expect(await failureOf(store.delete(version))).toBe('store-denied');
    expect(await failureOf(put(store, key('dog.jpg'), 'x'))).toBe('store-denied');
    expect(await read(owner, key('cat.jpg'))).toBe('bytes');
    expect((await store.checkAccess(['read', 'delete'])).map(({ allowed }) => allowed)).toEqual([
      true,
      false,
    ]);
    await Promise.all([owner.close(), store.close()]);
  });

  it('that are all missing, a wrong key and a wrong secret are told apart', async () => {
    const bucket = await freshBucket(rgw(), 'private');
    const { connection } = await newUser(rgw());
    const remedies = new Set<string | undefined>();
    for (const user of [
      connection,
      { ...connection, secretAccessKey: 'wrong' },
      { ...connection, accessKeyId: 'nobody' },
    ]) {
      const store = openS3Store(user, bucket);
      const failure = await listAll(store).then(() => undefined, toKuvaError);
      expect(failure?.code).toBe('store-denied');
      remedies.add(failure?.remedy);
      await store.close();
    }
    expect(remedies.size).toBe(3);
  });

  it('are tried without leaving versions or markers behind', async () => {
    const bucket = await freshBucket(rgw(), 'versions');
    await setVersioning(rgw(), bucket, 'Enabled');
    const store = openS3Store(connectionTo(rgw()), bucket);
    await store.probe();
    const checks = await store.checkAccess(['read', 'write', 'delete']);
    expect(checks.every(({ allowed }) => allowed)).toBe(true);
    const client = createS3Client(connectionTo(rgw()), bucket, defaultS3Options);
    const listing = await client.send({ method: 'GET', query: { versions: '' }, doing: 'listing versions' });
    const text = await textOf(listing, 'listing versions');
    expect(text).toContain('<ListVersionsResult');
    expect(text).not.toMatch(/<Key>/);
    await Promise.all([store.close(), client.close()]);
  });

  it('end at a quota, and the old object stays', async () => {
    const { bucket, connection } = await limitedBucket(rgw(), 2);
    const store = openS3Store(connection, bucket);
    await put(store, key('one'), 'x');
    await put(store, key('two'), 'x');
    expect(await failureOf(put(store, key('three'), 'x'))).toBe('store-full');
    expect((await listAll(store)).size).toBe(2);
    const version = await store.head(key('one'));
    expect(version && (await store.delete(version))).toBe('deleted');
    await store.close();
  });

  it('are of no use in a bucket that does not exist', async () => {
    const connection = connectionTo(rgw());
    const store = openS3Store(connection, 'no_such_bucket');
    const version = { key: key('a'), etag: 'x', size: 1, lastModified: new Date() };
    const attempts = [
      listAll(store),
      store.head(key('a')),
      store.get(key('a')),
      put(store, key('a'), 'x'),
      store.delete(version),
      store.probe(),
    ];
    expect(new Set(await Promise.all(attempts.map(failureOf)))).toEqual(new Set(['bucket-missing']));
    expect((await store.checkAccess(['read'])).map(({ failure }) => failure?.code)).toEqual([
      'bucket-missing',
    ]);
    expect(await bucketExists(connection, 'no_such_bucket')).toBe(false);
    await store.close();
  });

  it('make a bucket, harmlessly again, but not under somebody else’s name', async () => {
    const bucket = await freshBucket(rgw(), 'made');
    await createBucket(connectionTo(rgw()), bucket);
    expect(await bucketExists(connectionTo(rgw()), bucket)).toBe(true);
    const { connection } = await newUser(rgw());
    expect(await failureOf(createBucket(connection, bucket))).toBe('store-denied');
  });
});
