/** Several workers of the built program on one input folder and one database, and questions to that database. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Pool } from 'pg';
import { expect, inject, onTestFinished } from 'vitest';
import { z } from 'zod';
import { makeJpeg } from '../../pictures/photos.ts';
import { freshDatabase } from '../../servers/postgres.ts';
import { eventually, type Running, startKuva, temporaryFolder } from '../../whole/kuva.ts';
import { type Put, violations } from '../promise/promise.ts';

export interface Crew {
  readonly home: string;
  readonly databaseUrl: string;
  /** One more `kuva worker`. @param url another way to the same database */
  readonly startWorker: (url?: string) => Running;
  /** Puts so many images in, each of which keeps a processor busy for a while. */
  readonly putImages: (count: number) => Promise<void>;
  readonly rows: <T>(row: z.ZodType<T>, sql: string, values?: unknown[]) => Promise<T[]>;
  /** The process that has images in work, and their numbers. */
  readonly busy: (among?: readonly Running[]) => Promise<{ worker: string; pid: number; images: string[] }>;
  readonly leader: () => Promise<{ worker: string; pid: number } | undefined>;
  /**
   * Waits until all is done, and asks whether the promise was kept.
   * @param swept `not yet`: a worker was killed, and what it had half written beside an output goes with the next start
   */
  readonly allDone: (swept?: 'not yet', milliseconds?: number) => Promise<void>;
}

const halfWritten = /^half: the file \.kuva\/held\/[^/]+\/t\d+ /;

/** Four seconds of one image would be too many for a test; this is some hundred milliseconds. */
const recipe = 'recipe: { key: "{name}", steps: [{ blur: { sigma: 25 } }, negate] }\n';

export interface CrewOptions {
  /** What else stands in kuva.yaml. */
  readonly settings?: string;
  /** A database that lasts longer than the test; else it gets a fresh one. */
  readonly database?: {
    readonly url: string /** A superuser's way to it, who gets in when others do not. */;
    readonly watchUrl: string;
  };
}

export async function openCrew({ settings = '', database: given }: CrewOptions = {}): Promise<Crew> {
  const home = await temporaryFolder();
  const [input, output] = [join(home, 'in'), join(home, 'out')];
  await Promise.all([mkdir(input), mkdir(output)]);
  const fresh = given === undefined ? await freshDatabase(inject('postgres')) : undefined;
  const url = given?.url ?? fresh?.url ?? '';
  await writeFile(
    join(home, 'kuva.yaml'),
    `input: file:./in\noutput: file:./out\ndatabase: env\n${recipe}worker: { lease: 10s, concurrency: 3, poll: 200ms, settle: 50ms }\n${settings}`,
  );
  const pool = new Pool({ connectionString: given?.watchUrl ?? url, max: 2 });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  onTestFinished(async () => {
    await pool.end();
    await fresh?.drop();
  });
  const picture = await makeJpeg({ width: 1500, height: 1000, seed: 3 });
  const sha256 = createHash('sha256').update(picture).digest('hex');
  const puts: Put[] = [];
  const rows: Crew['rows'] = async (row, sql, values) =>
    z.array(row).parse((await pool.query(sql, values)).rows);
  /** For who reads why a test waited in vain. */
  const whatIsThere = async (): Promise<string> => {
    const asked = [
      'select state, count(*)::int, min(failure_code) as failure from kuva.images group by 1',
      'select job_queue_id, locked_by, locked_at, run_at, attempts, last_error from graphile_worker._private_jobs limit 20',
      'select to_jsonb(w) as worker, now(), pg_is_in_recovery() as standby from kuva.workers w',
      'select pid, usename, application_name, state, wait_event, query_start, left(query, 200) as query from pg_stat_activity where datname is not null',
    ];
    const answers = asked.map((sql) => rows(z.unknown(), sql).catch((error: unknown) => String(error)));
    return JSON.stringify(await Promise.all(answers));
  };
  const busySchema = z.object({ worker: z.string(), pid: z.number(), images: z.array(z.string()) });

  return {
    home,
    databaseUrl: url,
    rows,
    startWorker: (way = url) => startKuva(['worker'], { cwd: home, env: { DATABASE_URL: way } }),
    putImages: async (count) => {
      for (let at = 0; at < count; at++) {
        const key = `${puts.length}.jpg`;
        await writeFile(join(input, key), picture);
        puts.push({ key, sha256, end: 'done' });
      }
    },
    busy: async (among) => {
      let found: z.infer<typeof busySchema> | undefined;
      const pids = among?.map(({ pid }) => pid);
      await eventually(async () => {
        [found] = await rows(
          busySchema,
          `select i.worker, w.pid, array_agg(i.id::text) as images from kuva.images i join kuva.workers w on w.id = i.worker
            where i.state = 'processing' and ($1::int[] is null or w.pid = any($1)) group by 1, 2 having count(*) >= 2 limit 1`,
          [pids],
        );
        return found !== undefined;
      }, 'a worker has images in work');
      return busySchema.parse(found);
    },
    leader: async () => {
      const found = await rows(
        z.object({ worker: z.string(), pid: z.number() }),
        `select w.id as worker, w.pid from kuva.workers w
          join pg_locks l on l.locktype = 'advisory' and l.classid = x'6b757677'::int and l.objid::int = w.no
          join pg_locks d on d.locktype = 'advisory' and d.classid = x'6b75766c'::int and d.pid = l.pid
          where l.database = (select oid from pg_database where datname = current_database())`,
      );
      expect(found.length).toBeLessThanOrEqual(1);
      return found[0];
    },
    allDone: async (swept, milliseconds = 90_000) => {
      await eventually(
        async () => {
          // The database may be away just now.
          const found = await rows(
            z.object({ left: z.number() }),
            `select count(*) filter (where state <> 'done')::int + $1 - count(*)::int as left from kuva.images`,
            [puts.length],
          ).catch(() => []);
          return found[0]?.left === 0;
        },
        'all images are done',
        milliseconds,
      ).catch(async (error: unknown) => {
        throw new Error(`${String(error)}\n${await whatIsThere()}`);
      });
      const found = await violations({
        puts,
        input: { kind: 'folder', path: input },
        output: { kind: 'folder', path: output },
        databaseUrl: given?.watchUrl ?? url,
        outputs: ['image'],
      });
      expect(found.filter((sentence) => swept !== 'not yet' || !halfWritten.test(sentence))).toEqual([]);
    },
  };
}

/** Waits until others have begun all these images, and tells how long that took since, in seconds of the database's clock. */
export async function takenOver(
  crew: Crew,
  images: readonly string[],
  from: string,
  since: Date,
  milliseconds: number,
): Promise<number> {
  const schema = z.object({ begun: z.number(), last: z.date().nullable() });
  let last: Date | null = null;
  await eventually(
    async () => {
      const [found] = await crew.rows(
        schema,
        `select count(*)::int as begun, max(started_at) as last from kuva.images
          where id = any($1) and (started_at > $2 and worker <> $3 or state = 'done')`,
        [images, since, from],
      );
      last = found?.last ?? null;
      return found?.begun === images.length;
    },
    `others have begun what ${from} had`,
    milliseconds,
  );
  return (z.date().parse(last).getTime() - since.getTime()) / 1000;
}

export async function databaseNow(crew: Crew): Promise<Date> {
  const [row] = await crew.rows(z.object({ now: z.date() }), 'select clock_timestamp() as now');
  return z.object({ now: z.date() }).parse(row).now;
}
