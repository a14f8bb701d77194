/** Rights, keys, quotas and buckets that are missing for a while on a real RGW. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { createBucket } from '../../../src/store/s3/bucket.ts';
import { admin, allow, connectionTo, newUser } from '../../servers/buckets.ts';
import { eventually } from '../../whole/kuva.ts';
import { openYard } from './yard.ts';

const rgw = inject('rgw');
describe.skipIf(rgw === null)('on a real RGW', () => {
  it('keys that are replaced in ~/.aws/credentials are used without a restart', async () => {
    if (rgw === null) return;
    const yard = await openYard(rgw, inject('postgres'), { env: {} });
    const write = async (id: string, secret: string): Promise<void> => {
      await mkdir(join(yard.home, '.aws'), { recursive: true });
      const text = `[default]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
      await writeFile(join(yard.home, '.aws', 'credentials'), text, { mode: 0o600 });
    };
    const { name, connection } = await newUser(rgw);
    const all = [
      's3:ListBucket',
      's3:GetObject',
      's3:PutObject',
      's3:DeleteObject',
      's3:GetBucketVersioning',
    ];
    await allow(rgw, yard.inputBucket, name, all);
    await allow(rgw, yard.outputBucket, name, all);
    await write(connection.accessKeyId, connection.secretAccessKey);
    await yard.put(['img 1.png']);
    const kuva = yard.start();
    await yard.done(1);
    // The old key is taken back, as a temporary one that expires.
    await admin(rgw, 'key', 'rm', `--uid=${name}`, '--key-type=s3', `--access-key=${connection.accessKeyId}`);
    await yard.told('input', 'store-denied');
    await yard.put(['img 2.png']);
    await write(rgw.accessKeyId, rgw.secretAccessKey);
    await yard.done(2);
    await yard.quiet();
    expect(kuva.output()).not.toContain(connection.secretAccessKey);
    expect((await kuva.end()).code).toBe(0);
    await yard.keepsPromise('at the end');
  });

  it('inputs that may not be removed: each is processed once, stays, and is told, until the right is given', async () => {
    if (rgw === null) return;
    const { name, connection } = await newUser(rgw);
    const keys = {
      AWS_ACCESS_KEY_ID: connection.accessKeyId,
      AWS_SECRET_ACCESS_KEY: connection.secretAccessKey,
    };
    const yard = await openYard(rgw, inject('postgres'), { env: keys });
    const reading = ['s3:ListBucket', 's3:GetObject'];
    await allow(rgw, yard.inputBucket, name, reading);
    await allow(rgw, yard.outputBucket, name, [...reading, 's3:PutObject', 's3:DeleteObject']);
    await yard.put(Array.from({ length: 12 }, (_none, at) => `img ${at}.png`));
    const kuva = yard.start();
    const outage = await yard.told('removal', 'store-denied');
    expect(outage.url).toBe(`s3://${yard.inputBucket}`);
    // More images than are in work at the same time: those whose input cannot go do not stand in the way of others.
    await eventually(async () => (await yard.outputs()) === 12, 'all outputs are there', 90_000);
    await yard.keepsPromise('under way');
    const reads = (): number =>
      yard.proxy.log.filter(({ request }) => request.kind === 'get' && request.bucket === yard.inputBucket)
        .length;
    expect(reads()).toBe(12);
    expect((await yard.status()).outages.map(({ resource }) => resource)).toEqual(['removal']);
    await allow(rgw, yard.inputBucket, name, [...reading, 's3:DeleteObject']);
    await yard.done(12, 120_000);
    expect(reads()).toBe(12);
    await yard.quiet();
    expect((await kuva.end()).code).toBe(0);
    await yard.keepsPromise('at the end');
  });

  it('an output bucket over its quota, read-only, or away: inputs stay, it is told, and it goes on afterwards', async () => {
    if (rgw === null) return;
    const { name, connection } = await newUser(rgw);
    const yard = await openYard(rgw, inject('postgres'), {
      env: {
        AWS_ACCESS_KEY_ID: connection.accessKeyId,
        AWS_SECRET_ACCESS_KEY: connection.secretAccessKey,
      },
    });
    const reading = ['s3:ListBucket', 's3:GetObject'];
    const writing = [...reading, 's3:PutObject', 's3:DeleteObject'];
    await allow(rgw, yard.inputBucket, name, [...reading, 's3:DeleteObject']);
    await allow(rgw, yard.outputBucket, name, writing);
    const kuva = yard.start();
    await yard.put(['img 1.png']);
    await yard.done(1);

    const quota = (...args: string[]): Promise<void> =>
      admin(rgw, 'quota', ...args, '--quota-scope=bucket', `--bucket=${yard.outputBucket}`);
    await quota('set', '--max-objects=1');
    await quota('enable');
    await yard.put(['img 2.png']);
    expect((await yard.told('output', 'store-full')).url).toBe(`s3://${yard.outputBucket}`);
    await yard.keepsPromise('under way');
    await quota('disable');
    await yard.done(2, 120_000);

    await allow(rgw, yard.outputBucket, name, reading);
    await yard.put(['img 3.png']);
    await yard.told('output', 'store-denied');
    await yard.keepsPromise('under way');
    await allow(rgw, yard.outputBucket, name, writing);
    await yard.done(3, 120_000);
    await yard.quiet();
    expect((await kuva.end()).code).toBe(0);
    await yard.keepsPromise('at the end');
  });

  it('an output bucket that is removed while it runs, and made again later', async () => {
    if (rgw === null) return;
    const yard = await openYard(rgw, inject('postgres'));
    const kuva = yard.start();
    await kuva.says('The result appears in');
    await admin(rgw, 'bucket', 'rm', `--bucket=${yard.outputBucket}`, '--purge-objects');
    await yard.put(['img 1.png', 'img 2.png']);
    expect((await yard.told('output', 'bucket-missing')).url).toBe(`s3://${yard.outputBucket}`);
    await createBucket(connectionTo(rgw), yard.outputBucket);
    await yard.done(2, 120_000);
    await yard.quiet();
    expect((await kuva.end()).code).toBe(0);
    await yard.keepsPromise('at the end');
  });

  it('one object that may not be read is told all the time, and stops no other', async () => {
    if (rgw === null) return;
    const yard = await openYard(rgw, inject('postgres'));
    const kuva = yard.start();
    const rule = yard.proxy.add({
      kinds: ['get'],
      key: /secret/,
      fault: { kind: 'refuse', refusal: 'AccessDenied' },
    });
    await yard.put(['secret.png', 'img 1.png', 'img 2.png', 'img 3.png', 'img 4.png', 'img 5.png']);
    const first = await yard.told('reading', 'store-denied');
    await yard.done(5);
    const later = await yard.told('reading', 'store-denied');
    expect(later.since).toEqual(first.since);
    expect(later.failure.what).toContain('secret.png');
    await yard.keepsPromise('under way');
    rule.end();
    await yard.done(6, 120_000);
    await yard.quiet();
    expect((await kuva.end()).code).toBe(0);
    await yard.keepsPromise('at the end');
  });
});
