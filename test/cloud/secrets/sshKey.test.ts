import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { makeSshKey, publicKeyOf } from '../../../src/cloud/secrets/sshKey.ts';

const run = promisify(execFile);

it('makes keys that OpenSSH reads, with comments of every length', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kuva-key-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const comment of ['kuva', 'kuva-a', 'kuva-ab', 'kuva-abc', 'kuva-images-of-a-microscope']) {
    const file = join(folder, comment);
    const key = makeSshKey(comment);
    await writeFile(file, key, { mode: 0o600 });
    const { stdout } = await run('ssh-keygen', ['-y', '-f', file]);
    expect(stdout.trim()).toBe(publicKeyOf(key, comment));
  }
});

it('makes keys while garbage is collected, which Node 20 stands still at for those that it is to export', async () => {
  const source = JSON.stringify(new URL('../../../src/cloud/secrets/sshKey.ts', import.meta.url).href);
  const script = `const { makeSshKey } = await import(${source}); for (let made = 0; made < 3000; made += 1) makeSshKey('kuva');`;
  const hook = fileURLToPath(new URL('../../processes/typescript.mjs', import.meta.url));
  await run(process.execPath, ['--import', hook, '--input-type=module', '--eval', script], {
    timeout: 50_000,
  });
});

it('takes nothing for a key that is none', () => {
  expect(publicKeyOf('', 'kuva')).toBeUndefined();
  expect(
    publicKeyOf('-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----', 'kuva'),
  ).toBeUndefined();
});
