/** What a machine gets is read by the programs that will read it there: cloud-init, systemd and the shell. */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeSetupScript } from '../../../src/cloud/vm/setupScript.ts';
import { makeUserData } from '../../../src/cloud/vm/userData.ts';
import { workerUnit } from '../../../src/cloud/vm/workerUnit.ts';
import { temporaryFolder } from '../../whole/kuva.ts';

const readers = { 'cloud-init': ['--version'], 'systemd-analyze': ['--version'] } as const;
const missing = Object.entries(readers)
  .filter(([program, args]) => spawnSync(program, args).status !== 0)
  .map(([program]) => program);
if (missing.length > 0 && process.env['KUVA_TEST_REQUIRE'] === 'all')
  throw new Error(
    `KUVA_TEST_REQUIRE=all, but ${missing.join(' and ')} cannot be run (Debian: apt install cloud-init systemd)`,
  );

const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJz0v1GgqY0m0V0i0yqk6B6Y7mFQ0w3v2m3bq1h0c9dE kuva';

async function written(name: string, text: string): Promise<string> {
  const file = join(await temporaryFolder(), name);
  await writeFile(file, text);
  return file;
}

function answerOf(program: string, ...args: string[]): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

describe.skipIf(missing.length > 0)('the files of a machine (skipped without cloud-init and systemd)', () => {
  it('its user-data is valid by cloud-init’s own schema, which refuses a wrong one', async () => {
    const userData = makeUserData({ publicKey, setup: makeSetupScript() });
    const check = async (text: string) =>
      answerOf('cloud-init', 'schema', '--config-file', await written('user-data', text));
    const { status, said } = await check(userData);
    expect(status, said).toBe(0);
    expect(said).toContain('Valid');
    expect((await check(userData.replace(/^ssh_pwauth: .*$/m, 'ssh_pwauth: [1]'))).status).not.toBe(0);
  });

  it('its unit has no directive that systemd does not know, and gives the worker few rights', async () => {
    const unit = await written('kuva.service', workerUnit);
    const { said } = answerOf('systemd-analyze', 'verify', unit);
    expect(said).not.toMatch(/Unknown|Failed to parse|Invalid/);
    const wrong = answerOf(
      'systemd-analyze',
      'verify',
      await written('kuva.service', `${workerUnit}\n[Service]\nPrivatTmp=yes\n`),
    );
    expect(wrong.said).toMatch(/Unknown/);
    const level = answerOf('systemd-analyze', 'security', '--offline=yes', unit).said;
    const exposure = Number(/exposure level for kuva\.service: ([\d.]+)/.exec(level)?.[1]);
    expect(exposure).toBeGreaterThan(0);
    expect(exposure).toBeLessThan(2);
  });

  it('its set-up script is one that a POSIX shell reads, and has no secret in it', async () => {
    const { text } = makeSetupScript();
    expect(answerOf('sh', '-n', await written('setup.sh', text))).toEqual({ status: 0, said: '' });
    expect(text).not.toMatch(/PRIVATE KEY|AWS_SECRET|PGPASSWORD=/);
  });
});
