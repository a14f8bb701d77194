/** A scan of 16 bits that kuva itself cannot read, as somebody meets it: set aside, allowed, tried again. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { deepJp2, hasPrograms } from '../transform/deep.ts';
import { samples } from '../transform/samples.ts';
import { runKuva, temporaryFolder } from './kuva.ts';

const recordSchema = z.object({
  outputKey: z.string(),
  outputFormat: z.string(),
  facts: z.object({ reader: z.string() }),
});

describe.skipIf(!hasPrograms)('a JPEG 2000 of 16 bits', () => {
  it('is set aside, and done with all its bits when a program may read it', async () => {
    const cwd = await temporaryFolder();
    const input = join(cwd, 'kuva-data', 'input');
    await mkdir(input, { recursive: true });
    const { file, png } = await deepJp2(16);
    await writeFile(join(input, 'scan.jp2'), file);
    const recipe = 'recipe:\n  steps:\n    - negate\n    - convert: png\n';
    await writeFile(join(cwd, 'kuva.yaml'), recipe);

    expect(await runKuva(['run'], { cwd })).toMatchObject({ code: 3 });
    expect(await readdir(input)).toContain('scan.jp2');
    const { stdout: reasons } = await runKuva(['log', '--state', 'rejected', '--json'], { cwd });
    expect(reasons).toContain('limits.programs');

    await writeFile(join(cwd, 'kuva.yaml'), `${recipe}limits:\n  programs: [vips]\n`);
    expect(await runKuva(['retry', 'scan.jp2'], { cwd })).toMatchObject({ code: 0 });
    const ran = await runKuva(['run'], { cwd });
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    expect(await readdir(input)).not.toContain('scan.jp2');
    const { stdout } = await runKuva(['log', '--json', '--where', "reader like 'vips*'"], { cwd });
    const record = recordSchema.parse(JSON.parse(stdout));
    expect(record.outputFormat).toBe('png');
    expect(record.facts.reader).toMatch(/^vips \d/);
    const made = await readFile(join(cwd, 'kuva-data', 'output', record.outputKey));
    expect((await sharp(made).metadata()).depth).toBe('ushort');
    const [before, after] = [await samples(png), await samples(made)];
    expect([...after.values]).toEqual([...before.values].map((value) => 65_535 - value));
  });
});
