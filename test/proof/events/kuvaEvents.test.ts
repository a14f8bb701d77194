/** The built program with events of the real Ceph RGW, as a user sets it up. */
import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { parseObjectKey } from '../../../src/image/key.ts';
import { eventsName, turnEventsOff } from '../../../src/store/s3/events.ts';
import { openS3Store } from '../../../src/store/s3/store.ts';
import { keysIn } from '../../pipeline/kit.ts';
import { makeJpeg } from '../../pictures/photos.ts';
import { connectionTo, freshBucket } from '../../servers/buckets.ts';
import { freshDatabase } from '../../servers/postgres.ts';
import {
  eventually,
  type Finished,
  type Running,
  runKuva,
  startKuva,
  temporaryFolder,
} from '../../whole/kuva.ts';
import { firstDelivery, freePort } from './bucketWithEvents.ts';

const rgw = inject('rgw');
const secret = randomBytes(16).toString('hex');

interface SetUp {
  readonly run: (...args: string[]) => Promise<Finished>;
  readonly start: (command: string) => Running;
  readonly put: (key: string) => Promise<void>;
  readonly outputs: () => Promise<string[]>;
  readonly inputs: () => Promise<string[]>;
}

/** @param deaf the object store is told of a port where nobody listens: every event is lost */
async function setUp({
  poll,
  eventsPoll,
  deaf = false,
}: {
  poll: string;
  eventsPoll: string;
  deaf?: boolean;
}): Promise<SetUp> {
  if (rgw === null) throw new Error('no RGW');
  const cwd = await temporaryFolder();
  const connection = connectionTo(rgw);
  const [input, output] = [await freshBucket(rgw, 'in'), await freshBucket(rgw, 'out')];
  const [from, to] = [openS3Store(connection, input), openS3Store(connection, output)];
  const database = await freshDatabase(inject('postgres'));
  onTestFinished(async () => {
    await turnEventsOff(connection, input, eventsName('images', input));
    await Promise.all([from.close(), to.close()]);
    await database.drop();
  });
  const port = await freePort();
  const { password, host, port: databasePort, user, database: name } = database.connection;
  await writeFile(
    join(cwd, 'kuva.yaml'),
    `input: s3://${input}
output: s3://${output}
s3: { endpoint: '${rgw.endpoint}' }
database: { host: ${host}, port: ${databasePort}, user: ${user}, name: ${name}, sslmode: disable }
worker: { poll: ${poll} }
http: { listen: '127.0.0.1:${port}' }
events: { url: 'http://127.0.0.1:${deaf ? await freePort() : port}', secret: '\${EVENTS_SECRET}', poll: ${eventsPoll} }
log: { level: debug }
`,
  );
  const env = {
    EVENTS_SECRET: secret,
    AWS_ACCESS_KEY_ID: rgw.accessKeyId,
    AWS_SECRET_ACCESS_KEY: rgw.secretAccessKey,
    PGPASSWORD: password?.reveal() ?? '',
  };
  const picture = await makeJpeg({ width: 320, height: 240, seed: 1 });
  const sha256 = createHash('sha256').update(picture).digest('hex');
  return {
    run: (...args) => runKuva(args, { cwd, env }),
    start: (command) => startKuva([command], { cwd, env }),
    put: async (key) => {
      await from.put(parseObjectKey(key), picture, { contentType: 'image/jpeg', sha256 });
    },
    outputs: () => keysIn(to),
    inputs: () => keysIn(from),
  };
}

const stateSchema = z.object({
  on: z.boolean(),
  broken: z.boolean(),
  url: z.string().optional(),
  outdated: z.boolean(),
});

describe.skipIf(rgw === null)('kuva with bucket events of Ceph RGW (skipped without radosgw)', () => {
  it('processes an upload long before the next look into the bucket, and never shows the secret', async () => {
    const { run, start, put, outputs, inputs } = await setUp({ poll: '30min', eventsPoll: '30min' });
    const on = await run('events', 'on');
    expect(on.code, on.stderr).toBe(0);
    const worker = start('worker');
    const other = start('worker');
    await worker.says('the bucket is looked over at least every');
    // Its first look is at the start; the next one comes in half an hour.
    await eventually(async () => {
      const { stdout } = await run('status', '--json');
      return z
        .object({ workers: z.array(z.object({ discovering: z.boolean() })) })
        .parse(JSON.parse(stdout))
        .workers.some(({ discovering }) => discovering);
    }, 'a worker discovers');
    const keys = ['cat.jpg', 'dir/a b+c %41.jpg', 'äö 日本.jpg', 'new\nline.jpg'];
    for (const key of keys) await put(key);
    await expect.poll(async () => (await outputs()).length, firstDelivery).toBe(keys.length);
    // By now the first look is long over.
    await put('later.jpg');
    await expect.poll(outputs, firstDelivery).toContain('negated_later.jpg');
    await expect.poll(inputs, firstDelivery).toEqual([]);
    const status = await run('events', 'status', '--json');
    expect(stateSchema.parse(JSON.parse(status.stdout))).toMatchObject({
      on: true,
      broken: false,
      outdated: false,
    });
    const doctor = await run('doctor', '--json');
    expect(doctor.code, doctor.stdout).toBe(0);
    expect(doctor.stdout).toContain('is told of at http://127.0.0.1');
    const shown = [
      doctor,
      on,
      status,
      await run('config'),
      await run('config', '--json'),
      await run('status'),
      await run('events', 'status'),
    ]
      .map(({ stdout, stderr }) => stdout + stderr)
      .concat(await readFile(`/proc/${worker.pid}/cmdline`, 'utf8'));
    expect((await run('verify')).code).toBe(0);
    const off = await run('events', 'off');
    expect(off.code, off.stderr).toBe(0);
    expect(stateSchema.parse(JSON.parse((await run('events', 'status', '--json')).stdout)).on).toBe(false);
    for (const one of [worker, other]) {
      const { code, stdout, stderr } = await one.end();
      expect(code, stderr).toBe(0);
      shown.push(stdout, stderr);
    }
    expect(shown.join('\n')).toContain('bucket-events');
    expect(shown.join('\n')).not.toContain(secret);
  });

  it('finds by looking what no event told of', async () => {
    const { run, start, put, outputs } = await setUp({ poll: '500ms', eventsPoll: '3s', deaf: true });
    expect((await run('events', 'on')).code).toBe(0);
    const worker = start('worker');
    await worker.says('the bucket is looked over at least every');
    for (const key of ['a.jpg', 'b.jpg', 'c.jpg']) {
      await put(key);
      await expect.poll(outputs, { timeout: 60_000, interval: 100 }).toContain(`negated_${key}`);
    }
    const { code, stderr } = await worker.end();
    expect(code, stderr).toBe(0);
  });
});
