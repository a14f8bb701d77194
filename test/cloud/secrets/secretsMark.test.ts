import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Clouds } from '../../../src/cloud/clouds.ts';
import { openCloudSecrets } from '../../../src/cloud/secrets/cloudSecrets.ts';
import { markOfSecrets } from '../../../src/cloud/secrets/secretsMark.ts';
import { Secret } from '../../../src/image/secret.ts';
import { aStack } from '../given.ts';

async function cloudsWithKeys(secret: string): Promise<Pick<Clouds, 'buckets' | 'secrets' | 'ec2'>> {
  const folder = await mkdtemp(join(tmpdir(), 'kuva-secrets-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const refused = () => Promise.reject(new Error('asked'));
  return {
    secrets: await openCloudSecrets(join(folder, 'private'), 'images'),
    buckets: {
      endpoint: 'https://a3s.fi',
      given: { accessKeyId: 'key', secretAccessKey: new Secret(secret) },
      look: refused,
      create: refused,
      remove: refused,
    },
    ec2: { obstacle: () => undefined, listKeys: refused, createKeys: refused, deleteKeys: refused },
  };
}

const withHook = (text: string) => ({ ...aStack(), environment: new Map([['HOOK', new Secret(text)]]) });

it('is another one for every secret that is another one, and makes none where there is none', async () => {
  const clouds = await cloudsWithKeys('one');
  expect(await markOfSecrets(clouds, aStack())).toBeUndefined();
  expect(await clouds.secrets.has('database-password')).toBe(false);
  await clouds.secrets.databasePassword();
  const marks = [
    await markOfSecrets(clouds, aStack()),
    await markOfSecrets(clouds, withHook('first')),
    await markOfSecrets(clouds, withHook('second')),
  ];
  expect(await markOfSecrets(clouds, withHook('second'))).toBe(marks[2]);
  const rotated = { ...clouds, buckets: (await cloudsWithKeys('two')).buckets };
  marks.push(await markOfSecrets(rotated, withHook('second')));
  await clouds.secrets.forget('database-password');
  await clouds.secrets.databasePassword();
  marks.push(await markOfSecrets(clouds, withHook('second')));
  expect(new Set(marks).size).toBe(5);
  for (const mark of marks) expect(mark).toMatch(/^[0-9a-f]{16}$/);
});
