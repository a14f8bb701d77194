/** A newer version of kuva upgrades the ledger while workers of this version are at work. The newer one is pretended. */
import { describe, expect, inject, it } from 'vitest';
import { asSuperuser } from '../../servers/postgres.ts';
import { eventually, runKuva } from '../../whole/kuva.ts';
import { openFarm } from '../many/farm.ts';

const nameOf = (url: string): string => new URL(url).pathname.slice(1);

describe('A newer version upgrades the ledger beside workers of this one', () => {
  it('and only adds to it: they go on beside, and others of this version may still start', async () => {
    const farm = await openFarm();
    const first = farm.startWorker();
    await first.says('One more worker');
    await farm.putImages(16);
    await farm.busy();
    await asSuperuser(
      inject('postgres'),
      `begin;
       set local lock_timeout = '20s';
       alter table kuva.images add column newer text; create index newer on kuva.images (newer);
       insert into kuva.migrations (id, name, breaking) values (900, 'newer', false);
       commit`,
      nameOf(farm.databaseUrl),
    );
    const second = farm.startWorker();
    await second.says('One more worker');
    await farm.putImages(8);
    await farm.allDone();
    for (const worker of [first, second]) expect((await worker.end()).code).toBe(0);
  });

  it('and changes it: they notice, end with a clear message, and leave their work to the newer ones', async () => {
    const farm = await openFarm();
    const workers = [farm.startWorker(), farm.startWorker()];
    await Promise.all(workers.map((worker) => worker.says('One more worker')));
    await farm.putImages(24);
    await farm.busy();
    const change = `alter function kuva.commit_records(bigint, bigint, text, text, jsonb, int) rename to commit_records_2;
       insert into kuva.migrations (id, name, breaking) values (900, 'newer', true)`;
    await asSuperuser(inject('postgres'), `begin; ${change}; commit`, nameOf(farm.databaseUrl));
    for (const { finished } of workers) {
      const { code, stdout, stderr } = await finished;
      expect(code, stdout + stderr).toBe(78);
      expect(stderr).toMatch(/schema version 900|function of kuva's is missing/);
      expect(stderr).toMatch(/upgrade this worker|same version of kuva on all machines/);
      // Nobody blames an image for it.
      expect(stdout + stderr).not.toMatch(/set aside|failed for the last time|will be tried again/);
    }
    const started = await runKuva(['worker'], { cwd: farm.home, env: { DATABASE_URL: farm.databaseUrl } });
    expect(started.code).toBe(78);
    expect(started.stderr).toMatch(/only be used by versions of kuva that know version 900/);

    // What the newer version would do: the same work, with the schema that it knows.
    await asSuperuser(
      inject('postgres'),
      `begin; alter function kuva.commit_records_2(bigint, bigint, text, text, jsonb, int) rename to commit_records;
       delete from kuva.migrations where id = 900; commit`,
      nameOf(farm.databaseUrl),
    );
    const newer = farm.startWorker();
    await farm.allDone();
    expect((await newer.end()).code).toBe(0);
  });

  it('and changes it while they have nothing to do: they end within seconds all the same', async () => {
    const farm = await openFarm();
    const worker = farm.startWorker();
    await worker.says('One more worker');
    await eventually(async () => (await farm.leader()) !== undefined, 'it is at work');
    await asSuperuser(
      inject('postgres'),
      "insert into kuva.migrations (id, name, breaking) values (900, 'newer', true)",
      nameOf(farm.databaseUrl),
    );
    const { code, stderr } = await worker.finished;
    expect(code, stderr).toBe(78);
    expect(stderr).toMatch(/upgrade this worker/);
  });
});
