import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { openCloudSecrets } from '../../../src/cloud/secrets/cloudSecrets.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'kuva-secrets-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return join(path, 'private');
}

it('finds again what it made, in files and a folder that nobody else may open', async () => {
  const path = await folder();
  const first = await openCloudSecrets(path, 'images');
  const [key, password] = await Promise.all([first.sshKey(), first.databasePassword()]);
  const again = await openCloudSecrets(path, 'images');
  expect(await again.sshKey()).toEqual(key);
  expect((await again.databasePassword()).equals(password)).toBe(true);
  expect((await stat(path)).mode & 0o777).toBe(0o700);
  for (const name of await readdir(path)) expect((await stat(join(path, name))).mode & 0o777).toBe(0o600);
});

it('gives all who ask at once the same secret', async () => {
  const path = await folder();
  const all = await Promise.all(
    Array.from({ length: 20 }, async () => (await openCloudSecrets(path, 'images')).databasePassword()),
  );
  expect(new Set(all.map((password) => password.reveal())).size).toBe(1);
  expect(await readdir(path)).toEqual(['database_password']);
});

it('refuses a folder or a file that others may read, and says how to mend it', async () => {
  const path = await folder();
  const secrets = await openCloudSecrets(path, 'images');
  await secrets.databasePassword();
  await chmod(join(path, 'database_password'), 0o640);
  await expect(secrets.databasePassword()).rejects.toMatchObject({ code: 'secrets-exposed' });
  await chmod(path, 0o750);
  await expect(openCloudSecrets(path, 'images')).rejects.toMatchObject({
    code: 'secrets-exposed',
    remedy: `If nobody has: chmod 700 '${path}'`,
  });
});

it('leaves a damaged file alone', async () => {
  const path = await folder();
  const secrets = await openCloudSecrets(path, 'images');
  await writeFile(join(path, 'id_ed25519'), 'half a k', { mode: 0o600 });
  await expect(secrets.sshKey()).rejects.toMatchObject({ code: 'config-invalid' });
  expect(await readFile(join(path, 'id_ed25519'), 'utf8')).toBe('half a k');
});

it('shows no secret of its own', async () => {
  const secrets = await openCloudSecrets(await folder(), 'images');
  const password = await secrets.databasePassword();
  expect(`${String(password)} ${inspect(password)} ${JSON.stringify({ password })}`).not.toContain(
    password.reveal(),
  );
});
