/** Every folder of examples/, as its reader would run it: through buckets and the ledger. */
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as photos from '../pictures/photos.ts';
import { runKuva, temporaryFolder } from './kuva.ts';

const recordSchema = z.object({
  outputKey: z.string(),
  outputFormat: z.string(),
  outputWidth: z.number(),
  outputHeight: z.number(),
  way: z.string().optional(),
  facts: z.record(z.string(), z.unknown()).optional(),
  recipeText: z.string(),
});

/** Runs an example on one JPEG. */
async function run(name: string) {
  const cwd = join(await temporaryFolder(), name);
  await cp(join('examples', name), cwd, { recursive: true });
  const input = join(cwd, 'kuva-data', 'input', 'sub');
  await mkdir(input, { recursive: true });
  const photo = await photos.makeJpeg({ width: 400, height: 300, exif: true });
  await writeFile(join(input, 'photo.jpg'), photo);
  const ran = await runKuva(['run'], { cwd });
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  expect(await readdir(input)).toEqual([]);
  const log = async (...more: string[]) => {
    const { stdout } = await runKuva(['log', '--json', ...more], { cwd });
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => recordSchema.parse(JSON.parse(line)));
  };
  const result = async (key: string) => readFile(join(cwd, 'kuva-data', 'output', key));
  return { cwd, photo, log, result };
}

describe('the examples', () => {
  it('imagemagick: a program makes the output', async () => {
    const { log, result } = await run('imagemagick');
    const [record] = await log();
    expect(record).toMatchObject({ outputKey: 'sub/charcoal_photo.jpg', outputFormat: 'jpeg', way: 'own' });
    expect(record?.recipeText).toContain('"sha256":{"convert":"');
    expect(await sharp(await result('sub/charcoal_photo.jpg')).metadata()).toMatchObject({
      width: 400,
      height: 300,
    });
  });

  it('python: a script gives an image and facts', async () => {
    const { log, result } = await run('python');
    const [record] = await log('--where', 'edges > 0');
    expect(record).toMatchObject({ outputKey: 'sub/photo-edges.png', outputFormat: 'png' });
    expect(record?.facts?.['edges']).toBeGreaterThan(0);
    expect(await sharp(await result('sub/photo-edges.png')).metadata()).toMatchObject({
      format: 'png',
      channels: 1,
    });
  });

  it('histogram: a module draws', async () => {
    const { log, result } = await run('histogram');
    expect(await log()).toMatchObject([
      { outputKey: 'sub/photo-histogram.png', outputWidth: 256, outputHeight: 160 },
    ]);
    const { channels } = await sharp(await result('sub/photo-histogram.png')).stats();
    expect(channels.map(({ min, max }) => [min, max])).toEqual(Array(3).fill([0, 255]));
  });

  it('halves: a module gives several images', async () => {
    const { log } = await run('halves');
    expect((await log()).toSorted((a, b) => (a.outputKey < b.outputKey ? -1 : 1))).toMatchObject([
      { outputKey: 'sub/photo-left.jpg', outputWidth: 200, outputHeight: 300 },
      { outputKey: 'sub/photo-right.jpg', outputWidth: 200, outputHeight: 300 },
    ]);
  });

  it('facts: nothing is changed, and the ledger can be asked', async () => {
    const { cwd, log, photo, result } = await run('facts');
    expect(Buffer.compare(await result('sub/photo.jpg'), photo)).toBe(0);
    const [record] = await log(
      '--where',
      "width = 400 and blur < 1 and (label = 'dark' or label = 'bright')",
    );
    expect(record).toMatchObject({ way: 'copy' });
    z.object({
      brightness: z.number(),
      mean: z.number(),
      colour: z.string().regex(/^#[0-9a-f]{6}$/),
      dhash: z.string().regex(/^[0-9a-f]{16}$/),
    }).parse(record?.facts);
    expect(await log('--where', 'width > 400')).toEqual([]);
    const wrong = await runKuva(['log', '--where', "blur < 'a"], { cwd });
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('at character 8');
    const doctor = await runKuva(['doctor'], { cwd });
    expect(doctor.stdout).toContain('command /usr/bin/python3: found');
    // The same picture once more, and under another name one that looks like it.
    await writeFile(join(cwd, 'kuva-data', 'input', 'again.jpg'), photo);
    await writeFile(
      join(cwd, 'kuva-data', 'input', 'small.jpg'),
      await sharp(photo).resize(300).jpeg().toBuffer(),
    );
    expect((await runKuva(['run'], { cwd })).code).toBe(0);
    const same = await runKuva(['log', '--duplicates'], { cwd });
    expect(same.stdout).toMatch(/^2 images, sha-256 [0-9a-f]{64}:\n.*sub\/photo\.jpg\n.*again\.jpg\n$/);
    const alike = await runKuva(['log', '--duplicates', 'dhash:6'], { cwd });
    expect(alike.stdout).toMatch(/^3 images that look alike:\n.*photo.*\n.*(again|small).*\n.*(again|small)/);
  });
});
