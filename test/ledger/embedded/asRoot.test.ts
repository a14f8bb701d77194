import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { chmod, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { startEmbedded } from '../../../src/ledger/embedded/startEmbedded.ts';
import { useYard } from './yard.ts';

describe.runIf(process.getuid?.() === 0)('The embedded database, started by root', () => {
  const yard = useYard();

  it('runs as another user', async () => {
    await yard.start();
    const pid = (await yard.serverPid()) ?? 0;
    expect(statSync(`/proc/${pid}`).uid).toBe(65_534);
    expect(statSync(yard.folder).uid).toBe(65_534);
  });

  it('runs below a folder that nobody else may pass through', async () => {
    await chmod(yard.parent, 0o700);
    const database = await yard.start();
    expect(await yard.ask(database, 'select 1 as n')).toEqual([{ n: 1 }]);
    await database.stop();
    expect(await yard.ask(await yard.start(), 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('says what to do when there is no way through', async () => {
    await chmod(yard.parent, 0o700);
    const powerless = yard.child(['setpriv', '--bounding-set=-dac_read_search,-dac_override']);
    await powerless.ended;
    expect(powerless.lines.join('\n')).toMatch(
      /failed folder-unusable: PostgreSQL does not run as root.*cannot pass through/s,
    );
  });

  it('leaves a folder to its owner, who can use it before and after', async () => {
    // "daemon" on every Unix: initdb wants its user to have a name.
    await mkdir(yard.folder, { recursive: true });
    execFileSync('chown', ['-R', '1:1', path.join(yard.parent, 'data')]);
    const asOwner = ['setpriv', '--reuid=1', '--regid=1', '--clear-groups'];
    const before = yard.child(asOwner);
    await yard.running(before);
    before.process.kill('SIGTERM');
    await before.line(/^stopped/);
    const asRoot = await yard.start();
    expect(statSync(`/proc/${(await yard.serverPid()) ?? 0}`).uid).toBe(1);
    await asRoot.stop();
    const after = yard.child(asOwner);
    await yard.running(after);
  });

  it('tells a user without a name that PostgreSQL wants one', async () => {
    await mkdir(yard.folder, { recursive: true });
    execFileSync('chown', ['-R', '12345:12345', path.join(yard.parent, 'data')]);
    const nameless = yard.child(['setpriv', '--reuid=12345', '--regid=12345', '--clear-groups']);
    await nameless.ended;
    expect(nameless.lines.join('\n')).toMatch(
      /failed embedded-failed: .*user 12345 has none on this machine/,
    );
  });

  it('tells an ordinary user that the folder belongs to somebody else', async () => {
    await (await yard.start()).stop();
    const other = yard.child(['setpriv', '--reuid=12345', '--regid=12345', '--clear-groups']);
    await other.ended;
    expect(other.lines.join('\n')).toMatch(
      /failed folder-unusable: The embedded database cannot use .*(EACCES|EPERM)/,
    );
  });

  it('tells of a full disk', async (context) => {
    const small = path.join(yard.parent, 'small');
    await mkdir(small);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=755', 'tmpfs', small], { stdio: 'pipe' });
    } catch {
      context.skip('this machine lets nobody mount a small file system');
    }
    try {
      const refused = startEmbedded(path.join(small, 'postgres'));
      await expect(refused).rejects.toMatchObject({ code: 'folder-unusable' });
      await expect(refused).rejects.toThrow(/No space left/i);
      expect(
        (await readdir(path.join(small, 'postgres'))).filter((name) => name.startsWith('cluster')),
      ).toEqual([]);
    } finally {
      execFileSync('umount', [small]);
    }
  });
});
