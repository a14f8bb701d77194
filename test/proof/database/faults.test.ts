/** A PostgreSQL of the test's own misbehaves in the middle of the work of the built program, and comes back. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { type OwnPostgres, ownDatabase, startOwnPostgres } from '../../servers/ownPostgres.ts';
import { asSuperuser } from '../../servers/postgres.ts';
import { eventually, type Running, runKuva } from '../../whole/kuva.ts';
import { type Crew, openCrew } from '../many/crew.ts';

let postgres: OwnPostgres;
beforeAll(async () => {
  postgres = await startOwnPostgres();
});
afterAll(() => postgres.remove());

interface Scene {
  readonly crew: Crew;
  readonly worker: Running;
  /** Of the database and of the user who owns it. */
  readonly name: string;
  readonly sql: (statements: string) => Promise<void>;
  readonly password: (password: string) => string;
}

/** A worker in the middle of its work. */
async function atWork(images = 16): Promise<Scene> {
  const name = `own_${randomBytes(4).toString('hex')}`;
  const { url, password } = await ownDatabase(postgres.server, name);
  const watch = new URL(postgres.server.url);
  watch.pathname = `/${name}`;
  const crew = await openCrew({ database: { url, watchUrl: watch.href } });
  const worker = crew.startWorker();
  await worker.says('One more worker');
  await crew.putImages(images);
  await crew.busy();
  return {
    crew,
    worker,
    name,
    password,
    sql: (statements) => asSuperuser(postgres.server, statements, name),
  };
}

const endSessions = (name: string): string =>
  `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${name}'`;

/** It goes on by itself, all is done and as promised, and the worker can be stopped as ever. */
async function goesOn({ crew, worker }: Scene): Promise<void> {
  await crew.allDone().catch((error: unknown) => {
    throw new Error(`${String(error)}\n${worker.output()}`);
  });
  expect((await worker.end()).code).toBe(0);
}

describe('A database in the middle of the work', () => {
  it.each(['fast', 'immediate', 'killed'] as const)('that is stopped (%s) and started again', async (how) => {
    const scene = await atWork();
    await postgres.stop(how);
    await scene.worker.says(/The database: .*Waiting; nothing is lost/);
    await postgres.start();
    await scene.worker.says(/The database works again/, 60_000);
    await goesOn(scene);
  });

  it('that fails over to a standby, which takes no writes until it is promoted', async () => {
    const scene = await atWork();
    await postgres.stop('fast');
    await postgres.start('standby');
    await scene.worker.says(/The database: .*Waiting; nothing is lost/);
    const status = await runKuva(['status', '--json'], {
      cwd: scene.crew.home,
      env: { DATABASE_URL: scene.crew.databaseUrl },
    });
    expect(status.stderr).toMatch(/database-readonly|takes no writes/);
    expect(status.code).toBe(75);
    await asSuperuser(postgres.server, 'select pg_promote()');
    await goesOn(scene);
  });

  // A session that began meanwhile takes none for as long as it lasts.
  it.each([
    ['and ends all sessions then', true],
    ['and leaves the sessions of that while as they are', false],
  ])('that takes no writes for a while, %s', async (_how, ends) => {
    const scene = await atWork();
    await scene.sql(
      `alter role ${scene.name} set default_transaction_read_only = on; ${endSessions(scene.name)}`,
    );
    await scene.worker.says(/The database: .*Waiting; nothing is lost/);
    await scene.worker.says(/read-only|takes no writes/);
    await scene.sql(`alter role ${scene.name} reset default_transaction_read_only`);
    if (ends) await scene.sql(endSessions(scene.name));
    await goesOn(scene);
  });

  it('whose connections are all taken by others', async () => {
    const scene = await atWork();
    const others: Client[] = [];
    onTestFinished(() =>
      Promise.all(others.map((client) => client.end().catch(() => undefined))).then(() => undefined),
    );
    const take = async (): Promise<boolean> => {
      const client = new Client({ connectionString: scene.crew.databaseUrl });
      client.on('error', () => undefined);
      return client.connect().then(
        () => others.push(client) > 0,
        () => false,
      );
    };
    // Whoever comes first gets what is free: so the worker's own are taken from it until it has none.
    await eventually(async () => {
      while (await take());
      await scene.sql(`${endSessions(scene.name)} and application_name like 'kuva %'`);
      while (await take());
      return /no more connections/.test(scene.worker.output());
    }, 'it says that there are no connections');
    await scene.worker.says(/raise max_connections/);
    await Promise.all(others.splice(0).map((client) => client.end()));
    await goesOn(scene);
  });

  it('whose user has got another password, and then the old one again', async () => {
    const scene = await atWork();
    await scene.sql(`alter role ${scene.name} password 'second'; ${endSessions(scene.name)}`);
    await scene.worker.says(/refuses the password.*Waiting; nothing is lost/);
    expect(scene.worker.output()).not.toContain('first');
    await scene.sql(`alter role ${scene.name} password 'first'`);
    await goesOn(scene);
  });

  it('that gives up statements after a millisecond, and sessions between two statements', async () => {
    const scene = await atWork();
    await scene.sql(
      `alter role ${scene.name} set statement_timeout = '1ms'; alter role ${scene.name} set idle_session_timeout = '300ms'; ${endSessions(scene.name)}`,
    );
    await scene.worker.says(/The database: .*Waiting; nothing is lost/);
    await scene.sql(`alter role ${scene.name} reset all; ${endSessions(scene.name)}`);
    await goesOn(scene);
  });

  it('whose tables somebody locks', async () => {
    const scene = await atWork();
    const client = new Client({ connectionString: scene.crew.databaseUrl });
    client.on('error', () => undefined);
    await client.connect();
    onTestFinished(() => client.end());
    await client.query('begin; lock table kuva.images, kuva.workers');
    await scene.worker.says(/busy with something that locks our tables.*Waiting; nothing is lost/);
    await client.query('commit');
    await scene.worker.says(/The database works again/);
    await goesOn(scene);
  });

  it('whose administrator ends all sessions, again and again', async () => {
    const scene = await atWork(24);
    for (let times = 0; times < 12; times++) {
      await scene.sql(endSessions(scene.name));
      await sleep(100 + Math.random() * 600);
    }
    await goesOn(scene);
  });

  it('whose tables are dropped: the worker ends and says so; no image is blamed, none is removed', async () => {
    const scene = await atWork();
    await scene.sql('drop schema kuva cascade');
    const { code, stdout, stderr } = await scene.worker.finished;
    expect(code, stdout + stderr).toBe(78);
    expect(stderr).toMatch(/missing in the database/);
    expect(stderr).toMatch(/Restore it from a backup/);
    expect(stdout + stderr).not.toMatch(/set aside/);
  });
});

describe('The rows after all that', () => {
  it('come from one connection at a time: nobody is left behind', async () => {
    const left = await new Promise<unknown>((resolve) => {
      const client = new Client({ connectionString: postgres.server.url });
      void client
        .connect()
        .then(() =>
          client.query("select application_name from pg_stat_activity where application_name like 'kuva %'"),
        )
        .then(({ rows }) => {
          resolve(rows);
          return client.end();
        });
    });
    expect(z.array(z.unknown()).parse(left)).toEqual([]);
  });
});
