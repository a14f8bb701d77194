/** A worker of the built program, a real RGW behind the fault proxy, a real PostgreSQL; and the truth, read past the proxy. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { parseObjectKey } from '../../../src/image/key.ts';
import type { ObjectStore } from '../../../src/store/contract.ts';
import { openS3Store } from '../../../src/store/s3/store.ts';
import { makeJpeg } from '../../pictures/photos.ts';
import { connectionTo, freshBucket } from '../../servers/buckets.ts';
import { readIndependently } from '../../servers/independent.ts';
import { freshDatabase, type PostgresServer } from '../../servers/postgres.ts';
import type { RgwServer } from '../../servers/rgw.ts';
import { eventually, type Running, runKuva, startKuva, temporaryFolder } from '../../whole/kuva.ts';
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

const rowSchema = z.object({ key: z.string(), output: z.string(), sha256: z.string() });

export interface Yard {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly proxy: FaultProxy;
  readonly inputBucket: string;
  readonly outputBucket: string;
  /** Straight to the server. */
  readonly input: ObjectStore;
  readonly output: ObjectStore;
  /** Pictures that were put in, by key. */
  readonly put: (...keys: string[]) => Promise<void>;
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
  /**
   * The promise, by reading buckets and ledger and without asking the program: every picture that was put in lies in
   * the input or has its output; each row names an output that lies there with its SHA-256; no image has two.
   */
  readonly keepsPromise: (inputsLeft?: readonly string[]) => Promise<void>;
}

export interface YardOptions {
  readonly s3?: string;
  readonly config?: string;
  readonly env?: (keys: Record<string, string>) => Record<string, string>;
  readonly outputMissing?: boolean;
}

export async function openYard(
  rgw: RgwServer,
  postgres: PostgresServer,
  options: YardOptions = {},
): Promise<Yard> {
  const home = await temporaryFolder();
  const proxy = await openFaultProxy(rgw.endpoint);
  const inputBucket = await freshBucket(rgw, 'in');
  const outputBucket = options.outputMissing === true ? `${inputBucket}_out` : await freshBucket(rgw, 'out');
  const input = openS3Store(connectionTo(rgw), inputBucket);
  const output = openS3Store(connectionTo(rgw), outputBucket);
  const database = await freshDatabase(postgres);
  onTestFinished(async () => {
    await Promise.all([input.close(), output.close(), proxy.close()]);
    await database.drop();
  });
  await writeFile(
    join(home, 'kuva.yaml'),
    `input: s3://${inputBucket}\noutput: s3://${outputBucket}\ns3: { endpoint: '${proxy.url}'${options.s3 ?? ''} }\ndatabase: env\nworker: { poll: 300ms, concurrency: 4 }\n${options.config ?? ''}`,
  );
  const keys = { AWS_ACCESS_KEY_ID: rgw.accessKeyId, AWS_SECRET_ACCESS_KEY: rgw.secretAccessKey };
  const env = { ...(options.env?.(keys) ?? keys), DATABASE_URL: database.url };
  const run = { cwd: home, env };
  const pictures = new Map<string, string>();

  const status = async (): Promise<Status> => {
    const { stdout, stderr, code } = await runKuva(['status', '--json'], run);
    if (code !== 0) throw new Error(`kuva status: ${stderr}`);
    return statusSchema.parse(JSON.parse(stdout));
  };
  const rows = async (): Promise<z.infer<typeof rowSchema>[]> => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      const { rows: found } = await client.query(
        'select input_name as key, output_name as output, output_sha256 as sha256 from kuva.test_rows',
      );
      return z.array(rowSchema).parse(found);
    } finally {
      await client.end();
    }
  };
  const yard: Yard = {
    home,
    env,
    proxy,
    inputBucket,
    outputBucket,
    input,
    output,
    put: async (...names) => {
      for (const name of names) {
        const bytes = await makeJpeg({ width: 320, height: 240, seed: pictures.size + 1 });
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        await input.put(parseObjectKey(name), bytes, { contentType: 'image/jpeg', sha256 });
        pictures.set(name, sha256);
      }
    },
    start: () => startKuva(['start'], run),
    status,
    statusText: async () => (await runKuva(['status'], run)).stdout,
    done: (count, milliseconds = 60_000) =>
      eventually(
        async () => ((await status()).counts['done'] ?? 0) >= count,
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
    keepsPromise: async (inputsLeft = []) => {
      const [inputs, outputs, records] = await Promise.all([
        readIndependently(rgw, inputBucket),
        readIndependently(rgw, outputBucket),
        rows(),
      ]);
      expect([...inputs.keys()].filter(isImage).sort()).toEqual([...inputsLeft].sort());
      for (const name of inputsLeft) expect(inputs.get(name), name).toBe(pictures.get(name));
      for (const { key, output: name, sha256 } of records) expect(outputs.get(name), key).toBe(sha256);
      const recorded = records.map(({ key }) => key);
      expect(new Set(recorded).size, 'no image is logged twice').toBe(recorded.length);
      for (const name of pictures.keys())
        expect(recorded.includes(name) || inputs.has(name), `${name} is there or done`).toBe(true);
      expect([...outputs.keys()].filter(isImage).sort()).toEqual(records.map((row) => row.output).sort());
    },
  };
  return yard;
}

function isImage(key: string): boolean {
  return !key.startsWith('.kuva-probe-');
}
