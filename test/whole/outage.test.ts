/** The network to the object store, to the database, or a disk goes away in the middle of the work, and comes back. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { parseObjectKey } from '../../src/image/key.ts';
import type { ObjectStore } from '../../src/store/contract.ts';
import { openS3Store } from '../../src/store/s3/store.ts';
import { makeJpeg } from '../pictures/photos.ts';
import { connectionTo, freshBucket } from '../servers/buckets.ts';
import { type Line, openLine } from '../servers/line.ts';
import { freshDatabase } from '../servers/postgres.ts';
import { eventually, runKuva, startKuva, temporaryFolder } from './kuva.ts';

const rgw = inject('rgw');

async function countOf(store: ObjectStore): Promise<number> {
  let count = 0;
  for await (const { objects } of store.list()) count += objects.length;
  return count;
}

describe.skipIf(rgw === null)('an outage', () => {
  it.each([
    'object store',
    'database',
  ] as const)('of the line to the %s in the middle of the work: waited for, told, and nothing is lost or logged twice', async (which) => {
    if (rgw === null) return;
    const home = await temporaryFolder();
    const [inputBucket, outputBucket] = [await freshBucket(rgw, 'in'), await freshBucket(rgw, 'out')];
    const [input, output] = [
      openS3Store(connectionTo(rgw), inputBucket),
      openS3Store(connectionTo(rgw), outputBucket),
    ];
    const place = new URL((await freshDatabase(inject('postgres'))).url);
    const s3 = new URL(rgw.endpoint);
    const s3Line = await openLine(s3.hostname, Number(s3.port));
    const databaseLine = await openLine(place.hostname, Number(place.port));
    onTestFinished(async () => {
      await Promise.all([s3Line.close(), databaseLine.close(), input.close(), output.close()]);
    });
    place.port = String(databaseLine.port);

    const total = 120;
    const bytes = await makeJpeg({ width: 1200, height: 900, seed: 1 });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    for (let at = 0; at < total; at++) {
      await input.put(parseObjectKey(`${at}.jpg`), bytes, { contentType: 'image/jpeg', sha256 });
    }
    await writeFile(
      join(home, 'kuva.yaml'),
      `input: s3://${inputBucket}\noutput: s3://${outputBucket}\ns3: { endpoint: 'http://127.0.0.1:${s3Line.port}' }\ndatabase: env\n`,
    );
    const env = {
      AWS_ACCESS_KEY_ID: rgw.accessKeyId,
      AWS_SECRET_ACCESS_KEY: rgw.secretAccessKey,
      DATABASE_URL: place.href,
    };
    const kuva = startKuva(['start'], { cwd: home, env });

    const line: Line = which === 'database' ? databaseLine : s3Line;
    await eventually(async () => (await countOf(output)) > 10, 'the first outputs are there');
    for (let times = 0; times < 2; times++) {
      line.cut();
      await kuva.says(/Waiting; nothing is lost/);
      line.mend();
      const before = await countOf(output);
      await eventually(
        async () => (await countOf(output)) > Math.min(total - 1, before),
        'it goes on by itself',
        60_000,
      );
    }
    await eventually(async () => (await countOf(input)) === 0, 'all inputs are done', 90_000);
    expect((await kuva.end()).code).toBe(0);

    expect(await countOf(output)).toBe(total);
    const log = await runKuva(['log', '--json', '--limit', '0'], { cwd: home, env });
    expect(log.stdout.trimEnd().split('\n')).toHaveLength(total);
    const verify = await runKuva(['verify'], { cwd: home, env });
    expect(verify.code, verify.stdout).toBe(0);
    const status = await runKuva(['status', '--json'], { cwd: home, env });
    expect(JSON.parse(status.stdout)).toMatchObject({
      counts: { done: total, failed: 0, rejected: 0, superseded: 0 },
    });
  });

  it('that lasts longer than `run --patience` ends with 75, and the next run finishes', async () => {
    if (rgw === null) return;
    const cwd = await temporaryFolder();
    const [input, output] = [join(cwd, 'in'), join(cwd, 'out')];
    await mkdir(input);
    await mkdir(output);
    // One at a time: some must be left when the folder goes.
    await writeFile(
      join(cwd, 'kuva.yaml'),
      'input: file:./in\noutput: file:./out\nworker: { concurrency: 1 }\n',
    );
    const picture = await makeJpeg({ width: 2000, height: 1500, seed: 2 });
    for (let at = 0; at < 40; at++) await writeFile(join(input, `${at}.jpg`), picture);
    const kuva = startKuva(['run', '--patience', '2s'], { cwd });
    await eventually(async () => (await readdir(output)).length > 3, 'the first outputs are there');
    // As an unmounted disk would: the folder is gone, and must not be made anew.
    await rename(output, `${output}.away`);
    const { code, stderr } = await kuva.finished;
    expect(code, stderr).toBe(75);
    expect(await readdir(cwd)).not.toContain('out');
    expect((await readdir(input)).length).toBeGreaterThan(0);
    await rename(`${output}.away`, output);
    const next = await runKuva(['run'], { cwd });
    expect(next.code, next.stderr).toBe(0);
    expect((await readdir(output)).filter((name) => name.endsWith('.jpg'))).toHaveLength(40);
    expect((await runKuva(['verify'], { cwd })).code).toBe(0);
  });
});
