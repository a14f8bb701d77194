/** A newer version of kuva upgrades the ledger while workers of this version are at work. The newer one is pretended. */
import { describe, expect, inject, it } from 'vitest';
import { asSuperuser } from '../../servers/postgres.ts';
import { eventually, runKuva } from '../../whole/kuva.ts';
import { openCrew } from '../many/crew.ts';

const nameOf = (url: string): string => new URL(url).pathname.slice(1);

describe('A newer version upgrades the ledger beside workers of this one', () => {
  it('and only adds to it: they go on beside, and others of this version may still start', async () => {
    const crew = await openCrew();
    const first = crew.startWorker();
    await first.says('One more worker');
    await crew.putImages(16);
    await crew.busy();
    await asSuperuser(
      inject('postgres'),
      `begin;
       set local lock_timeout = '20s';
       alter table kuva.images add column newer text; create index newer on kuva.images (newer);
       insert into kuva.migrations (id, name, breaking) values (900, 'newer', false);
       commit`,
      nameOf(crew.databaseUrl),
    );
    const second = crew.startWorker();
    await second.says('One more worker');
    await crew.putImages(8);
    await crew.allDone();
    for (const worker of [first, second]) expect((await worker.end()).code).toBe(0);
  });

  it('and changes it: they notice, end with a clear message, and leave their work to the newer ones', async () => {
    const crew = await openCrew();
    const workers = [crew.startWorker(), crew.startWorker()];
    await Promise.all(workers.map((worker) => worker.says('One more worker')));
    await crew.putImages(24);
    await crew.busy();
    const change = `alter function kuva.commit_records(bigint, bigint, text, text, jsonb, int) rename to commit_records_2;
       insert into kuva.migrations (id, name, breaking) values (900, 'newer', true)`;
    await asSuperuser(inject('postgres'), `begin; ${change}; commit`, nameOf(crew.databaseUrl));
    for (const { finished } of workers) {
      const { code, stdout, stderr } = await finished;
      expect(code, stdout + stderr).toBe(78);
      expect(stderr).toMatch(/schema version 900|function of kuva's is missing/);
      expect(stderr).toMatch(/upgrade this worker|same version of kuva on all machines/);
      // Nobody blames an image for it.
      expect(stdout + stderr).not.toMatch(/set aside|failed for the last time|will be tried again/);
    }
    const started = await runKuva(['worker'], { cwd: crew.home, env: { DATABASE_URL: crew.databaseUrl } });
    expect(started.code).toBe(78);
    expect(started.stderr).toMatch(/only be used by versions of kuva that know version 900/);

    // What the newer version would do: the same work, with the schema that it knows.
    await asSuperuser(
      inject('postgres'),
      `begin; alter function kuva.commit_records_2(bigint, bigint, text, text, jsonb, int) rename to commit_records;
       delete from kuva.migrations where id = 900; commit`,
      nameOf(crew.databaseUrl),
    );
    const newer = crew.startWorker();
    await crew.allDone();
    expect((await newer.end()).code).toBe(0);
  });

  it('and changes it while they have nothing to do: they end within seconds all the same', async () => {
    const crew = await openCrew();
    const worker = crew.startWorker();
    await worker.says('One more worker');
    await eventually(async () => (await crew.leader()) !== undefined, 'it is at work');
    await asSuperuser(
      inject('postgres'),
      "insert into kuva.migrations (id, name, breaking) values (900, 'newer', true)",
      nameOf(crew.databaseUrl),
    );
    const { code, stderr } = await worker.finished;
    expect(code, stderr).toBe(78);
    expect(stderr).toMatch(/upgrade this worker/);
  });
});
