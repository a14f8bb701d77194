/**
 * The soak: several real workers, the built program, on a real Ceph RGW behind the fault proxy and a real PostgreSQL.
 * Every second one of them is killed and started anew. When all images are through, or the time is up, the shooting
 * ends, one `kuva run` finishes, and the promise is checked.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { z } from 'zod';
import { freshBucket } from '../../servers/buckets.ts';
import { freshDatabase, type PostgresServer } from '../../servers/postgres.ts';
import type { RgwServer } from '../../servers/rgw.ts';
import { plainly } from '../promise/plainS3.ts';
import { type Put, violations } from '../promise/promise.ts';
import { isNegative, tinyPicture } from '../promise/tinyPicture.ts';
import type { Fault } from '../proxy/fault.ts';
import { openFaultProxy } from '../proxy/proxy.ts';
import { seededRandom } from '../proxy/rules.ts';

export interface SoakOptions {
  readonly seed: number;
  readonly images: number;
  readonly workers: number;
  /** Seconds of killing and faults at most. */
  readonly seconds: number;
  readonly say: (line: string) => void;
}

export interface SoakResult {
  readonly violations: readonly string[];
  readonly kills: number;
  readonly faults: number;
  /** Images that were done or set aside before the shooting ended. */
  readonly underFire: number;
  readonly seconds: number;
}

const program = resolve(import.meta.dirname, '../../../dist/cli/main.js');

/** What the proxy does to a part of all requests, each with this probability. */
const faults: readonly Fault[] = [
  { kind: 'delay', milliseconds: 300 },
  { kind: 'reset-before' },
  { kind: 'reset-in-request' },
  { kind: 'reset-in-answer' },
  { kind: 'lose-answer' },
  { kind: 'refuse', refusal: 'InternalError' },
  { kind: 'refuse', refusal: 'SlowDown' },
];
const probability = 0.004;

export async function soak(
  { seed, images, workers, seconds, say }: SoakOptions,
  servers: { readonly postgres: PostgresServer; readonly rgw: RgwServer },
): Promise<SoakResult> {
  say(`soak: seed ${seed}, ${images} images, ${workers} workers`);
  const { rgw } = servers;
  const random = seededRandom(seed);
  const home = await mkdtemp(join(tmpdir(), 'kuva-soak-'));
  const database = await freshDatabase(servers.postgres);
  const proxy = await openFaultProxy(rgw.endpoint, seed);
  const client = new Client({ connectionString: database.url });
  await client.connect();
  const [input, output] = [await freshBucket(rgw, 'in'), await freshBucket(rgw, 'out')];
  await writeFile(
    join(home, 'kuva.yaml'),
    `input: s3://${input}\noutput: s3://${output}\ns3: { endpoint: '${proxy.url}' }\nworker: { attempts: 100, poll: 1s }\n`,
  );
  const start = (command: string): ChildProcess =>
    spawn(process.execPath, [program, command], {
      cwd: home,
      stdio: 'ignore',
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        AWS_ACCESS_KEY_ID: rgw.accessKeyId,
        AWS_SECRET_ACCESS_KEY: rgw.secretAccessKey,
        DATABASE_URL: database.url,
        KUVA_DATABASE: 'env',
      },
    });
  const doneSoFar = async (): Promise<number> => {
    const { rows } = await client.query(
      `select count(*)::int as n from kuva.images where state in ('done', 'rejected')`,
    );
    return z.array(z.object({ n: z.number() })).parse(rows)[0]?.n ?? 0;
  };
  const running = new Set<ChildProcess>();
  const numbers = new Map<string, number>();
  try {
    const puts = await putAll(rgw, input, images, numbers);
    say(`soak: ${images} images are in the bucket`);
    const begun = performance.now();
    for (const fault of faults) proxy.add({ fault, probability });
    const slots = Array.from({ length: workers }, () => start('worker'));
    for (const slot of slots) running.add(slot);
    let kills = 0;
    let underFire = 0;
    for (let second = 1; second <= seconds && underFire < images; second += 1) {
      await new Promise((wake) => setTimeout(wake, 1_000));
      const at = Math.floor(random() * workers);
      await kill(slots[at], running);
      kills += 1;
      const next = start('worker');
      running.add(next);
      slots[at] = next;
      underFire = await doneSoFar();
      if (second % 10 === 0) say(`soak: ${second} s, ${kills} kills, ${underFire} images done`);
    }
    for (const slot of slots) await kill(slot, running);
    const struck = proxy.log.filter(({ fault }) => fault !== undefined).length;
    proxy.clear();
    say('soak: the shooting is over, one run finishes');
    const last = start('run');
    running.add(last);
    await once(last, 'exit');
    running.delete(last);
    const found = await violations({
      puts,
      input: { kind: 's3', server: rgw, bucket: input },
      output: { kind: 's3', server: rgw, bucket: output },
      databaseUrl: database.url,
      outputs: ['image'],
      isRight: (made) => isNegative(made.bytes, numbers.get(made.input.sha256) ?? -1),
    });
    const took = (performance.now() - begun) / 1_000;
    return { violations: found, kills, faults: struck, underFire, seconds: took };
  } finally {
    for (const child of [...running]) await kill(child, running);
    await client.end();
    await proxy.close();
    await database.drop();
    await rm(home, { recursive: true, force: true });
  }
}

/** One in a hundred is no image. */
async function putAll(
  rgw: RgwServer,
  bucket: string,
  images: number,
  numbers: Map<string, number>,
): Promise<Put[]> {
  const puts: Put[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < images) {
      const number = next++;
      const broken = number % 100 === 99;
      const bytes = broken ? Buffer.from(`no picture ${number}`) : await tinyPicture(number);
      const key = `run ${number % 7}/${number}.png`;
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      if (!broken) numbers.set(sha256, number);
      puts.push({ key, sha256, end: broken ? 'rejected' : 'done' });
      await plainly(rgw, 'PUT', bucket, key, {}, bytes);
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  return puts;
}

async function kill(child: ChildProcess | undefined, running: Set<ChildProcess>): Promise<void> {
  if (child === undefined) return;
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  running.delete(child);
}
