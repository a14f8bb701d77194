/** A worker of the built program, a real RGW behind the fault proxy, a real PostgreSQL; and the truth, read past the proxy. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { type ObjectKey, parseObjectKey } from '../../../src/image/key.ts';
import type { ObjectStore } from '../../../src/store/contract.ts';
import { openS3Store } from '../../../src/store/s3/store.ts';
import { connectionTo, freshBucket, newReader } from '../../servers/buckets.ts';
import { freshDatabase, type PostgresServer } from '../../servers/postgres.ts';
import type { RgwServer } from '../../servers/rgw.ts';
import { eventually, type Running, runKuva, startKuva, temporaryFolder } from '../../whole/kuva.ts';
import { listAll, put as putInto, sha256 } from '../../store/objects.ts';
import { readLedger } from '../promise/ledgerRows.ts';
import { type End, type Put, violations } from '../promise/promise.ts';
import { isNegative, tinyPicture } from '../promise/tinyPicture.ts';
import { type FaultProxy, openFaultProxy } from '../proxy/proxy.ts';

const statusSchema = z.object({
  counts: z.record(z.string(), z.number()),
  outages: z.array(
    z.object({
      worker: z.string(),
      resource: z.string(),
      url: z.string(),
      failure: z.object({ code: z.string(), what: z.string(), remedy: z.string().optional() }),
      since: z.coerce.date(),
    }),
  ),
});
export type Status = z.infer<typeof statusSchema>;

export interface Yard {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly proxy: FaultProxy;
  readonly inputBucket: string;
  readonly outputBucket: string;
  /** Straight to the server. */
  readonly input: ObjectStore;
  readonly output: ObjectStore;
  /** Puts pictures in, each another one. @param end what must become of them; `done` when left out */
  readonly put: (keys: readonly string[], end?: End | readonly End[]) => Promise<void>;
  readonly key: (name: string) => ObjectKey;
  /** Images by state, asked from the database itself. */
  readonly counts: () => Promise<Record<string, number>>;
  /** Objects in the output bucket. */
  readonly outputs: () => Promise<number>;
  /** Waits until no image is queued or in work. */
  readonly settled: () => Promise<void>;
  /** The input bucket as the worker sees it. */
  readonly behindProxy: () => ObjectStore;
  readonly start: () => Running;
  readonly status: () => Promise<Status>;
  readonly statusText: () => Promise<string>;
  /** Waits until so many images are done. */
  readonly done: (count: number, milliseconds?: number) => Promise<void>;
  /** Waits until `status` tells of such an outage, and returns it. */
  readonly told: (
    resource: string,
    code: string,
    milliseconds?: number,
  ) => Promise<Status['outages'][number]>;
  /** Waits until it tells of none. */
  readonly quiet: (milliseconds?: number) => Promise<void>;
  /** The promise, by reading buckets and ledger: nothing lost, no false row, none twice; at the end also nothing left over. */
  readonly keepsPromise: (when: 'under way' | 'at the end') => Promise<void>;
}

export interface YardOptions {
  /** The worker's S3 keys as environment variables; left out: those of the buckets' owner. */
  readonly env?: Readonly<Record<string, string>>;
}

export async function openYard(
  rgw: RgwServer,
  postgres: PostgresServer,
  options: YardOptions = {},
): Promise<Yard> {
  const home = await temporaryFolder();
  const proxy = await openFaultProxy(rgw.endpoint);
  const inputBucket = await freshBucket(rgw, 'in');
  const outputBucket = await freshBucket(rgw, 'out');
  const input = openS3Store(connectionTo(rgw), inputBucket);
  const output = openS3Store(connectionTo(rgw), outputBucket);
  const database = await freshDatabase(postgres);
  onTestFinished(async () => {
    await Promise.all([input.close(), output.close(), proxy.close()]);
    await database.drop();
  });
  await writeFile(
    join(home, 'kuva.yaml'),
    `input: s3://${inputBucket}\noutput: s3://${outputBucket}\ns3: { endpoint: '${proxy.url}' }\ndatabase: env\nworker: { poll: 300ms, concurrency: 4 }\n`,
  );
  // Another user's outputs cannot be read by the bucket's owner.
  const server = options.env === undefined ? rgw : await newReader(rgw);
  const keys = { AWS_ACCESS_KEY_ID: rgw.accessKeyId, AWS_SECRET_ACCESS_KEY: rgw.secretAccessKey };
  const env = { ...(options.env ?? keys), DATABASE_URL: database.url };
  const run = { cwd: home, env };
  const puts: Put[] = [];
  const numbers = new Map<string, number>();

  const status = async (): Promise<Status> => {
    const { stdout, stderr, code } = await runKuva(['status', '--json'], run);
    if (code !== 0) throw new Error(`kuva status: ${stderr}`);
    return statusSchema.parse(JSON.parse(stdout));
  };
  const yard: Yard = {
    home,
    env,
    proxy,
    inputBucket,
    outputBucket,
    input,
    output,
    put: async (names, end = 'done') => {
      for (const name of names) {
        const number = numbers.size + 1;
        const bytes = await tinyPicture(number);
        await putInto(input, parseObjectKey(name), bytes);
        numbers.set(sha256(bytes), number);
        puts.push({ key: name, sha256: sha256(bytes), end });
      }
    },
    key: parseObjectKey,
    counts: () => countStates(database.url),
    outputs: async () => (await listAll(output)).size,
    settled: () =>
      eventually(async () => {
        const { queued = 0, processing = 0 } = await countStates(database.url);
        return queued + processing === 0;
      }, 'no image waits or is in work'),
    behindProxy: () => {
      const store = openS3Store(connectionTo(rgw, { endpoint: new URL(proxy.url) }), inputBucket);
      onTestFinished(() => store.close());
      return store;
    },
    start: () => startKuva(['start'], run),
    status,
    statusText: async () => (await runKuva(['status'], run)).stdout,
    done: (count, milliseconds = 60_000) =>
      eventually(
        async () => ((await countStates(database.url))['done'] ?? 0) >= count,
        `${count} images are done`,
        milliseconds,
      ),
    told: async (resource, code, milliseconds = 45_000) => {
      let found: Status['outages'][number] | undefined;
      let seen: Status | undefined;
      await eventually(
        async () => {
          seen = await status();
          found = seen.outages.find((one) => one.resource === resource && one.failure.code === code);
          return found !== undefined;
        },
        `status tells of ${resource} ${code}`,
        milliseconds,
      ).catch((thrown: unknown) => {
        throw new Error(`${String(thrown)}; it tells ${JSON.stringify(seen)}`);
      });
      if (found === undefined) throw new Error('unreachable');
      return found;
    },
    quiet: (milliseconds = 45_000) =>
      eventually(
        async () => (await status()).outages.length === 0,
        'status tells of no outage',
        milliseconds,
      ),
    keepsPromise: async (when) => {
      const question = {
        puts,
        input: { kind: 's3', server, bucket: inputBucket } as const,
        output: { kind: 's3', server, bucket: outputBucket } as const,
        databaseUrl: database.url,
        outputs: ['image'],
        isRight: ({ input: put, bytes }: { input: Put; bytes: Buffer }) =>
          isNegative(bytes, numbers.get(put.sha256) ?? -1),
        underWay: when === 'under way',
      };
      expect(await violations(question)).toEqual([]);
    },
  };
  return yard;
}

async function countStates(url: string): Promise<Record<string, number>> {
  const { images } = await readLedger(url);
  const counts: Record<string, number> = {};
  for (const { state } of images) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
