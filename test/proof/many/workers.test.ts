/** Several workers of the built program share one folder and one database; one of them is killed, hangs or is cut off. */
import process from 'node:process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { openLine } from '../../servers/line.ts';
import { eventually, type Running, runKuva } from '../../whole/kuva.ts';
import { databaseNow, type Farm, openFarm, takenOver } from './farm.ts';

async function start(farm: Farm, count: number): Promise<Running[]> {
  const workers = Array.from({ length: count }, () => farm.startWorker());
  await Promise.all(workers.map((worker) => worker.says('One more worker')));
  return workers;
}

function of(workers: readonly Running[], pid: number): Running {
  const worker = workers.find((one) => one.pid === pid);
  if (worker === undefined) throw new Error(`no worker has the pid ${pid}`);
  return worker;
}

/** Stops a process as a debugger or a machine that is out of memory would; it is let go on at the end of the test in any case. */
function hang(worker: Running): void {
  worker.child.kill('SIGSTOP');
  onTestFinished(() => {
    worker.child.kill('SIGCONT');
  });
}

describe('Several workers', () => {
  it('share the work; one that is killed, and the one that discovers, are replaced within seconds', async () => {
    const farm = await openFarm();
    const workers = await start(farm, 4);
    await farm.putImages(60);
    let most = 0;
    const counting = setInterval(() => {
      void farm
        .rows(
          z.object({ most: z.number() }),
          `select coalesce(max(n), 0)::int as most from (
            select count(*) as n from pg_stat_activity where datname = current_database() and application_name like 'kuva %'
              group by application_name) sessions`,
        )
        .then(
          ([row]) => {
            most = Math.max(most, row?.most ?? 0);
          },
          () => undefined,
        );
    }, 50);
    onTestFinished(() => {
      clearInterval(counting);
    });

    await eventually(
      async () =>
        (await farm.rows(z.object({ worker: z.string() }), 'select distinct worker from kuva.records'))
          .length === 4,
      'each of the four has done some',
    );
    const victim = await farm.busy();
    const killed = await databaseNow(farm);
    process.kill(victim.pid, 'SIGKILL');
    const seconds = await takenOver(farm, victim.images, victim.worker, killed, 60_000);
    // Three seconds on a machine that is not busy; four hours without the rescue.
    expect(seconds).toBeLessThan(30);
    console.log(`kill -9: its images were begun by others after ${seconds.toFixed(1)} s`);

    await eventually(async () => (await farm.leader()) !== undefined, 'somebody discovers');
    const leader = await farm.leader();
    const before = Date.now();
    process.kill(leader?.pid ?? 0, 'SIGKILL');
    await eventually(
      async () => ![undefined, leader?.worker].includes((await farm.leader())?.worker),
      'another one discovers',
    );
    console.log(`kill -9 of the one that discovers: another one did after ${(Date.now() - before) / 1000} s`);
    await farm.putImages(12);
    await farm.allDone('not yet');
    clearInterval(counting);
    expect(most).toBeGreaterThanOrEqual(2);
    expect(most).toBeLessThanOrEqual(4);
    for (const worker of workers.filter(({ pid }) => ![victim.pid, leader?.pid].includes(pid)))
      expect((await worker.end()).code).toBe(0);
    const next = await runKuva(['run'], { cwd: farm.home, env: { DATABASE_URL: farm.databaseUrl } });
    expect(next.code, next.stderr).toBe(0);
    await farm.allDone();
  });

  it('take over from one that hangs after its lease; when it comes back it changes nothing more and goes on', async () => {
    const farm = await openFarm();
    const workers = await start(farm, 2);
    await farm.putImages(24);
    const { pid, worker, images } = await farm.busy();
    const hanging = of(workers, pid);
    const since = await databaseNow(farm);
    hang(hanging);
    const seconds = await takenOver(farm, images, worker, since, 90_000);
    console.log(
      `SIGSTOP with a lease of 10 s: its images were begun by others after ${seconds.toFixed(1)} s`,
    );
    expect(seconds).toBeGreaterThan(7);
    for (const other of workers)
      if (other !== hanging) await other.says(/has been silent for longer than its lease/);
    await farm.allDone();
    hanging.child.kill('SIGCONT');
    // It is a worker like the others again, under the same name.
    await eventually(
      async () =>
        (
          await farm.rows(
            z.object({ alive: z.boolean() }),
            'select beat_at > now() - lease as alive from kuva.workers where id = $1',
            [worker],
          )
        )[0]?.alive === true,
      'it is back',
    );
    for (const other of workers) if (other !== hanging) expect((await other.end()).code).toBe(0);
    await farm.putImages(4);
    await farm.allDone();
    expect((await hanging.end()).code).toBe(0);
  });

  it('discover again when the one that does so hangs', async () => {
    const farm = await openFarm();
    const workers = await start(farm, 2);
    await eventually(async () => (await farm.leader()) !== undefined, 'somebody discovers');
    const leader = await farm.leader();
    hang(of(workers, leader?.pid ?? 0));
    await farm.putImages(4);
    await eventually(
      async () => ![undefined, leader?.worker].includes((await farm.leader())?.worker),
      'another one discovers',
      60_000,
    );
    await farm.allDone();
    // Nothing of it is left in the database: no connection that holds a lock or an unread notification.
    expect(
      await farm.rows(
        z.object({ name: z.string() }),
        `select distinct application_name as name from pg_stat_activity
          where datname = current_database() and application_name like 'kuva %'`,
      ),
    ).toHaveLength(1);
  });

  it('take over from one that is cut off from the database while its connections seem to be there', async () => {
    const farm = await openFarm();
    const place = new URL(farm.databaseUrl);
    const line = await openLine(place.hostname, Number(place.port));
    onTestFinished(() => line.close());
    place.port = String(line.port);
    const cut = farm.startWorker(place.href);
    const other = farm.startWorker();
    await Promise.all([cut.says('One more worker'), other.says('One more worker')]);
    await farm.putImages(24);
    const { worker, images } = await farm.busy([cut]);
    const since = await databaseNow(farm);
    line.silence();
    const seconds = await takenOver(farm, images, worker, since, 90_000);
    console.log(
      `cut off with a lease of 10 s: its images were begun by others after ${seconds.toFixed(1)} s`,
    );
    await cut.says(/The database.*Waiting; nothing is lost/);

    await farm.allDone();
    line.mend();
    await cut.says(/The database works again/, 60_000);
    expect((await other.end()).code).toBe(0);
    await farm.putImages(4);
    await farm.allDone();
    expect((await cut.end()).code).toBe(0);
  });
});
