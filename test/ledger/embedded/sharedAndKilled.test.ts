import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { until } from '../sample.ts';
import { isAlive, useYard } from './yard.ts';

describe('The embedded database, shared and killed', () => {
  const yard = useYard();

  it('is shared by several processes, and stopped by the last', async () => {
    const [one, two] = [yard.child(), yard.child()];
    const [first, second] = await Promise.all([yard.running(one), yard.running(two)]);
    expect(second.port).toBe(first.port);
    expect([first.adopted, second.adopted].filter((adopted) => !adopted)).toHaveLength(1);
    const pid = (await yard.serverPid()) ?? 0;
    one.process.kill('SIGTERM');
    await one.line(/^stopped/);
    expect(isAlive(pid)).toBe(true);
    two.process.kill('SIGTERM');
    await two.line(/^stopped/);
    await until(() => !isAlive(pid));
    expect([...one.lines, ...two.lines].filter((line) => line.startsWith('trouble'))).toEqual([]);
  });

  it('is adopted after a kill -9 of all who used it, and then can be stopped', async () => {
    const killed = yard.child();
    const before = await yard.running(killed);
    const pid = (await yard.serverPid()) ?? 0;
    await killed.kill('SIGKILL');
    expect(isAlive(pid)).toBe(true);
    const database = await yard.start();
    expect(database).toMatchObject({ adopted: true, connection: { port: before.port } });
    await database.stop();
    await until(() => !isAlive(pid));
  });

  it('is not stopped by one while another, that began later, uses it', async () => {
    const first = await yard.start();
    const second = await yard.start();
    await first.stop();
    expect(await yard.ask(second, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('recovers from a kill -9 of everything, without losing what was committed', async () => {
    const user = yard.child();
    await yard.running(user);
    const joined = await yard.start();
    await yard.ask(joined, 'create table kept as select generate_series(1, 1000) as n');
    const pid = (await yard.serverPid()) ?? 0;
    process.kill(pid, 'SIGKILL');
    await user.kill('SIGKILL');
    // Its supervisor starts it again; so would a new process.
    await until(async () => {
      const now = await yard.serverPid();
      return now !== undefined && now !== pid && isAlive(now);
    });
    expect(await yard.ask(await yard.start(), 'select count(*)::int as n from kept')).toEqual([{ n: 1000 }]);
  });

  it('is started again on the same port when it dies under a running process', async () => {
    const user = yard.child();
    const { port } = await yard.running(user);
    process.kill((await yard.serverPid()) ?? 0, 'SIGKILL');
    await user.line(/^trouble: The embedded database had stopped and was started again/);
    const joined = await yard.start();
    expect(joined).toMatchObject({ adopted: true, connection: { port } });
  });

  it('starts although postmaster.pid names a process that is something else now', async () => {
    await (await yard.start()).stop();
    const stale = [
      process.pid,
      path.join(yard.folder, 'cluster'),
      1,
      5432,
      '',
      '127.0.0.1',
      '  1 1',
      'ready',
      '',
    ].join('\n');
    await writeFile(path.join(yard.folder, 'cluster', 'postmaster.pid'), stale);
    expect(await yard.ask(await yard.start(), 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('begins anew where making it was cut short, and removes what that left', async () => {
    await mkdir(path.join(yard.folder, 'cluster.new-999999999-abcd1234', 'base'), { recursive: true });
    await writeFile(path.join(yard.folder, 'cluster.new-999999999-abcd1234.password'), 'x');
    await yard.start();
    expect((await readdir(yard.folder)).filter((name) => name.startsWith('cluster.new'))).toEqual([]);
  });

  it('leaves nothing behind when it is interrupted while being made', async () => {
    const interrupted = yard.child();
    await until(async () =>
      (await readdir(yard.folder).catch(() => [])).some((name) => /^cluster\.new-\d+-\w+$/.test(name)),
    );
    interrupted.process.kill('SIGINT');
    expect((await interrupted.ended).code).toBe(1);
    expect(interrupted.lines.join()).toContain('failed interrupted');
    expect((await readdir(yard.folder)).filter((name) => name.startsWith('cluster'))).toEqual([]);
  });

  it('does not take the server of a copied folder for its own', async () => {
    const original = await yard.start();
    await yard.ask(original, 'create table whose as select 1 as n');
    const copied = path.join(yard.parent, 'copy', 'postgres');
    await cp(yard.folder, copied, { recursive: true });
    const copy = await yard.start(copied);
    expect(copy.connection.port).not.toBe(original.connection.port);
    expect(await yard.ask(copy, "select current_setting('data_directory') as folder")).toEqual([
      { folder: path.join(copied, 'cluster') },
    ]);
  });
});
