/** 1,000 images of mixed formats, 20 of them broken, through real buckets: 980 come out, 20 stay with their reasons. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { parseObjectKey } from '../../src/image/key.ts';
import type { ObjectStore } from '../../src/store/contract.ts';
import { openS3Store } from '../../src/store/s3/store.ts';
import {
  bombPng,
  corruptHeader,
  htmlPage,
  randomBytes,
  textFile,
  truncated,
  zeroBytes,
} from '../pictures/broken.ts';
import {
  makeAnimatedGif,
  makeAnimatedWebp,
  makeAvif,
  makeCmykJpeg,
  makeGif,
  makeJpeg,
  makePalettePng,
  makePng,
  makeTiff,
  makeTiffStack,
  makeWebp,
} from '../pictures/photos.ts';
import { connectionTo, freshBucket } from '../servers/buckets.ts';
import { freshDatabase } from '../servers/postgres.ts';
import { runKuva, temporaryFolder } from './kuva.ts';

const rgw = inject('rgw');

const size = { width: 160, height: 120 };

async function soundPictures(): Promise<readonly (readonly [string, Buffer])[]> {
  return [
    ['.jpg', await makeJpeg({ ...size, seed: 1 })],
    ['.jpeg', await makeCmykJpeg({ ...size, seed: 2 })],
    ['.png', await makePng({ ...size, seed: 3 })],
    [' 8bit.png', await makePalettePng({ ...size, seed: 4 })],
    ['.webp', await makeWebp({ ...size, seed: 5 })],
    ['.avif', await makeAvif({ ...size, seed: 6 })],
    ['.tif', await makeTiff({ ...size, seed: 7 })],
    [' stack.tiff', await makeTiffStack({ ...size, seed: 8 })],
    ['.gif', await makeGif({ ...size, seed: 9 })],
    [' moving.gif', await makeAnimatedGif({ ...size, seed: 10 })],
    [' moving.webp', await makeAnimatedWebp({ ...size, seed: 11 })],
  ];
}

async function brokenPictures(): Promise<readonly (readonly [string, Buffer])[]> {
  const jpeg = await makeJpeg({ ...size, seed: 12 });
  return [
    ['cut.jpg', truncated(jpeg)],
    ['cut.png', truncated(await makePng({ ...size, seed: 13 }))],
    ['header.jpg', corruptHeader(jpeg)],
    ['empty.jpg', zeroBytes],
    ['text.jpg', textFile],
    ['page.jpg', htmlPage],
    ['random.jpg', randomBytes(20_000)],
    ['bomb.png', bombPng()],
    ['cut.webp', truncated(await makeWebp({ ...size, seed: 14 }))],
    ['cut.tif', truncated(await makeTiff({ ...size, seed: 15 }))],
  ];
}

async function listAll(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { objects } of store.list()) keys.push(...objects.map(({ key }) => key));
  return keys.sort();
}

const recordSchema = z.object({ outputKey: z.string(), outputSha256: z.string() });
const rejectedSchema = z.object({
  image: z.object({ key: z.string() }),
  state: z.literal('rejected'),
  failure: z.object({ code: z.string(), what: z.string().min(10) }),
});

describe.skipIf(rgw === null)('a thousand images of mixed formats, twenty of them broken', () => {
  it('980 come out, 20 stay with their reasons, verify agrees, and the ledger has no row too many', async () => {
    if (rgw === null) return;
    const home = await temporaryFolder();
    const [inputBucket, outputBucket] = [
      await freshBucket(rgw, 'input_bucket'),
      await freshBucket(rgw, 'output_bucket'),
    ];
    const input = openS3Store(connectionTo(rgw), inputBucket);
    const output = openS3Store(connectionTo(rgw), outputBucket);
    const { url } = await freshDatabase(inject('postgres'));

    const sound = await soundPictures();
    const broken = await brokenPictures();
    const objects = new Map<string, Buffer>();
    for (let at = 0; at < 980; at++) {
      const [ending, bytes] = sound[at % sound.length] ?? ['', zeroBytes];
      objects.set(`${at % 3 === 0 ? 'sub folder/' : ''}${at}${ending}`, bytes);
    }
    for (let at = 0; at < 20; at++) {
      const [name, bytes] = broken[at % broken.length] ?? ['', zeroBytes];
      objects.set(`broken/${at}-${name}`, bytes);
    }
    await Promise.all(
      [...objects].map(([key, bytes]) =>
        input.put(parseObjectKey(key), bytes, {
          contentType: 'application/octet-stream',
          sha256: createHash('sha256').update(bytes).digest('hex'),
        }),
      ),
    );

    await writeFile(
      join(home, 'kuva.yaml'),
      `input: s3://${inputBucket}\noutput: s3://${outputBucket}\ns3: { endpoint: '${rgw.endpoint}' }\n`,
    );
    const env = {
      AWS_ACCESS_KEY_ID: rgw.accessKeyId,
      AWS_SECRET_ACCESS_KEY: rgw.secretAccessKey,
      DATABASE_URL: url,
      KUVA_DATABASE: 'env',
    };
    const options = { cwd: home, env };
    const run = await runKuva(['run'], options);
    expect(run.code, run.stdout + run.stderr).toBe(3);
    expect(run.stdout).toContain('980 images done');
    expect(run.stdout).toContain('20 set aside');

    const brokenKeys = [...objects.keys()].filter((key) => key.startsWith('broken/')).sort();
    const goodKeys = [...objects.keys()].filter((key) => !key.startsWith('broken/'));
    expect(await listAll(input)).toEqual(brokenKeys);
    const outputs = goodKeys.map((key) => key.replace(/([^/]*)$/, 'negated_$1')).sort();
    expect(await listAll(output)).toEqual(outputs);

    const log = await runKuva(['log', '--json', '--limit', '0'], options);
    const records = log.stdout
      .trimEnd()
      .split('\n')
      .map((line) => recordSchema.parse(JSON.parse(line)));
    expect(records.map(({ outputKey }) => outputKey).sort()).toEqual(outputs);
    const aside = await runKuva(['log', '--json', '--limit', '0', '--state', 'rejected'], options);
    const reasons = aside.stdout
      .trimEnd()
      .split('\n')
      .map((line) => rejectedSchema.parse(JSON.parse(line)));
    expect(reasons.map(({ image }) => image.key).sort()).toEqual(brokenKeys);

    const verify = await runKuva(['verify'], options);
    expect(verify.code, verify.stdout).toBe(0);
    expect(verify.stdout).toContain('980 outputs are there');

    // A second run finds nothing to do, and changes nothing.
    const again = await runKuva(['run'], options);
    expect(again.code, again.stdout + again.stderr).toBe(0);
    expect(again.stdout).toContain('Nothing to do');
    await Promise.all([input.close(), output.close()]);
    // Half a minute on two quiet cores, and more than a minute where other tests have one of them.
  }, 300_000);
});
