/** The database's disk fills up in the middle of the work. Needs root, for a small disk of its own. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ownDatabase, startOwnPostgres } from '../../servers/ownPostgres.ts';
import { asSuperuser } from '../../servers/postgres.ts';
import { openCrew } from '../many/crew.ts';

describe.skipIf(process.getuid?.() !== 0)('A database whose disk is full', () => {
  it('is waited for and told; work goes on by itself when there is room', async () => {
    const disk = await mkdtemp(join(tmpdir(), 'kuva-small-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=220m,mode=755', 'tmpfs', disk]);
    onTestFinished(async () => {
      execFileSync('umount', ['-l', disk]);
      await rm(disk, { recursive: true, force: true });
    });
    const postgres = await startOwnPostgres(join(disk, 'postgres'));
    onTestFinished(() => postgres.remove());
    const { url } = await ownDatabase(postgres.server, 'pictures');
    const watch = new URL(postgres.server.url);
    watch.pathname = '/pictures';
    const crew = await openCrew({ database: { url, watchUrl: watch.href } });
    const worker = crew.startWorker();
    await worker.says('One more worker');
    await crew.putImages(12);
    await crew.busy();

    const ballast = join(disk, 'ballast');
    const { bavail, bsize } = await statfs(disk);
    // A little is left, which the server fills up itself: so that it is its own data that finds no room.
    await writeFile(ballast, Buffer.alloc(bavail * bsize - 2_000_000, 1));
    await asSuperuser(
      postgres.server,
      'create table filler as select repeat(md5(g::text), 200) as t from generate_series(1, 20000) g',
      'pictures',
    ).then(
      () => {
        throw new Error('there was room');
      },
      (error: unknown) => {
        // 53100 disk_full; or the log of writes could not grow, and the server went down and up again.
        expect(String(error)).toMatch(/No space left|terminat|ECONN/i);
      },
    );
    await writeFile(join(disk, 'rest'), Buffer.alloc(200_000_000, 1)).catch(() => undefined);
    await crew.putImages(60);
    await worker.says(
      /The database: .*(no room left on its disk|starting up|does not accept|closed the connection).*Waiting; nothing is lost/,
      60_000,
    );
    await Promise.all([rm(ballast), rm(join(disk, 'rest'), { force: true })]);
    await postgres.start().catch(() => undefined);
    await crew.allDone();
    expect((await worker.end()).code).toBe(0);
  });
});
