/** Several workers of the built program share one folder and one database; one of them is killed, hangs or is cut off. */
import process from 'node:process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { openLine } from '../../servers/line.ts';
import { eventually, type Running, runKuva } from '../../whole/kuva.ts';
import { databaseNow, type Crew, openCrew, takenOver } from './crew.ts';

async function start(crew: Crew, count: number): Promise<Running[]> {
  const workers = Array.from({ length: count }, () => crew.startWorker());
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
    const crew = await openCrew();
    const workers = await start(crew, 4);
    await crew.putImages(60);
    let most = 0;
    const counting = setInterval(() => {
      void crew
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
        (await crew.rows(z.object({ worker: z.string() }), 'select distinct worker from kuva.records'))
          .length === 4,
      'each of the four has done some',
    );
    const victim = await crew.busy();
    const killed = await databaseNow(crew);
    process.kill(victim.pid, 'SIGKILL');
    const seconds = await takenOver(crew, victim.images, victim.worker, killed, 60_000);
    // Three seconds on a machine that is not busy; four hours without the rescue.
    expect(seconds).toBeLessThan(30);
    console.log(`kill -9: its images were begun by others after ${seconds.toFixed(1)} s`);

    await eventually(async () => (await crew.leader()) !== undefined, 'somebody discovers');
    const leader = await crew.leader();
    const before = Date.now();
    process.kill(leader?.pid ?? 0, 'SIGKILL');
    await eventually(
      async () => ![undefined, leader?.worker].includes((await crew.leader())?.worker),
      'another one discovers',
    );
    console.log(`kill -9 of the one that discovers: another one did after ${(Date.now() - before) / 1000} s`);
    await crew.putImages(12);
    await crew.allDone('not yet');
    clearInterval(counting);
    expect(most).toBeGreaterThanOrEqual(2);
    // Four to work with, and three for the pictures that are kept of some images.
    expect(most).toBeLessThanOrEqual(7);
    for (const worker of workers.filter(({ pid }) => ![victim.pid, leader?.pid].includes(pid)))
      expect((await worker.end()).code).toBe(0);
    const next = await runKuva(['run'], { cwd: crew.home, env: { DATABASE_URL: crew.databaseUrl } });
    expect(next.code, next.stderr).toBe(0);
    await crew.allDone();
  });

  it('take over from one that hangs after its lease; when it comes back it changes nothing more and goes on', async () => {
    const crew = await openCrew();
    const workers = await start(crew, 2);
    await crew.putImages(24);
    const { pid, worker, images } = await crew.busy();
    const hanging = of(workers, pid);
    const since = await databaseNow(crew);
    hang(hanging);
    const seconds = await takenOver(crew, images, worker, since, 90_000);
    console.log(
      `SIGSTOP with a lease of 10 s: its images were begun by others after ${seconds.toFixed(1)} s`,
    );
    expect(seconds).toBeGreaterThan(7);
    for (const other of workers)
      if (other !== hanging) await other.says(/has been silent for longer than its lease/);
    await crew.allDone();
    hanging.child.kill('SIGCONT');
    // It is a worker like the others again, under the same name.
    await eventually(
      async () =>
        (
          await crew.rows(
            z.object({ alive: z.boolean() }),
            'select beat_at > now() - lease as alive from kuva.workers where id = $1',
            [worker],
          )
        )[0]?.alive === true,
      'it is back',
    );
    for (const other of workers) if (other !== hanging) expect((await other.end()).code).toBe(0);
    await crew.putImages(4);
    await crew.allDone();
    expect((await hanging.end()).code).toBe(0);
  });

  it('discover again when the one that does so hangs', async () => {
    const crew = await openCrew();
    const workers = await start(crew, 2);
    await eventually(async () => (await crew.leader()) !== undefined, 'somebody discovers');
    const leader = await crew.leader();
    hang(of(workers, leader?.pid ?? 0));
    await crew.putImages(4);
    await eventually(
      async () => ![undefined, leader?.worker].includes((await crew.leader())?.worker),
      'another one discovers',
      60_000,
    );
    await crew.allDone();
    // Nothing of it is left in the database: no connection that holds a lock or an unread notification. The server needs a
    // moment to end what it was told to end.
    const connected = z.object({ name: z.string() });
    await eventually(
      async () =>
        (
          await crew.rows(
            connected,
            `select distinct application_name as name from pg_stat_activity
              where datname = current_database() and application_name like 'kuva %'`,
          )
        ).length === 1,
      'the connections of the one that hangs are gone',
      60_000,
    );
  });

  it('take over from one that is cut off from the database while its connections seem to be there', async () => {
    const crew = await openCrew();
    const place = new URL(crew.databaseUrl);
    const line = await openLine(place.hostname, Number(place.port));
    onTestFinished(() => line.close());
    place.port = String(line.port);
    const cut = crew.startWorker(place.href);
    const other = crew.startWorker();
    await Promise.all([cut.says('One more worker'), other.says('One more worker')]);
    await crew.putImages(24);
    const { worker, images } = await crew.busy([cut]);
    const since = await databaseNow(crew);
    line.silence();
    const seconds = await takenOver(crew, images, worker, since, 90_000);
    console.log(
      `cut off with a lease of 10 s: its images were begun by others after ${seconds.toFixed(1)} s`,
    );
    await cut.says(/The database.*Waiting; nothing is lost/);

    await crew.allDone();
    line.mend();
    await cut.says(/The database works again/, 60_000);
    expect((await other.end()).code).toBe(0);
    await crew.putImages(4);
    await crew.allDone();
    expect((await cut.end()).code).toBe(0);
  });
});
