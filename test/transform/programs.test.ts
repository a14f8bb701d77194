/** Programs of the machine read what kuva does not, with all bits: where they are allowed, and each as it was tried. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { KuvaError } from '../../src/image/failure.ts';
import type { MadeImage } from '../../src/transform/contract.ts';
import { limitsSchema, type ReadingProgram } from '../../src/transform/limits.ts';
import { findProgram } from '../../src/transform/own/program.ts';
import { sandboxFault } from '../../src/transform/own/sandbox.ts';
import { removeScratch } from '../../src/transform/own/scratch.ts';
import { findReader } from '../../src/transform/programs/find.ts';
import { loadPrograms } from '../../src/transform/programs/load.ts';
import { createIsolatedTransformer } from '../../src/transform/isolated/transformer.ts';
import { createTransformer } from '../../src/transform/transformer.ts';
import * as foreign from '../pictures/foreign.ts';
import { realDecoder } from '../processes/decoders.ts';
import { deepHeic, deepJp2, deepJxl, environment, hasPrograms } from './deep.ts';
import { recipeOf, refusal, transformer } from './kit.ts';
import { samples } from './samples.ts';

const folder = mkdtempSync(join(tmpdir(), 'kuva-test-programs-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function readBy(program: ReadingProgram, file: Buffer, sandbox = false): Promise<MadeImage> {
  const limits = limitsSchema.parse({ programs: [program], sandbox });
  const tools = await loadPrograms(limits, folder, undefined);
  if (tools === undefined) throw new Error('no tools');
  try {
    const used = createTransformer(limits, { tools });
    const [only] = await used.apply(file, await used.inspect(file), recipeOf({ convert: 'png' }));
    if (only === undefined) throw new Error('no output');
    return only;
  } finally {
    await removeScratch(tools);
  }
}

/** How far apart the samples of two pictures of 16 bits are at most. */
async function distance(one: Uint8Array, other: Uint8Array): Promise<number> {
  const [a, b] = [await samples(one), await samples(other)];
  expect([a.max, a.width, a.height, a.channels]).toEqual([b.max, b.width, b.height, b.channels]);
  let most = 0;
  for (const [at, value] of a.values.entries()) most = Math.max(most, Math.abs(value - (b.values[at] ?? 0)));
  return most;
}

describe.skipIf(!hasPrograms)('where the configuration allows it', () => {
  it.each([
    'vips',
    'magick',
    'gdal',
  ] as const)('JPEG 2000 of 16 bits is read by %s, sample by sample', async (program) => {
    const { file, png } = await deepJp2(16);
    const output = await readBy(program, file);
    expect(await distance(output.bytes, png)).toBe(0);
    expect(JSON.stringify(output.facts)).toMatch(new RegExp(`^{"reader":"${program} \\d+\\.\\d+`));
  });

  it('JPEG 2000 of 12 bits is stretched over all 16, the same by each program', async () => {
    const { file, png } = await deepJp2(12);
    const outputs = await Promise.all(
      (['vips', 'magick', 'gdal'] as const).map((program) => readBy(program, file)),
    );
    for (const { bytes } of outputs)
      expect(await distance(bytes, outputs[0]?.bytes ?? bytes)).toBeLessThanOrEqual(1);
    // Its writer is two levels of 4095 off.
    expect(await distance(outputs[0]?.bytes ?? png, png)).toBeLessThanOrEqual(32);
  });

  it.each([10, 12])('HEIC of %i bits is read by vips: white is white', async (bits) => {
    const { file, png } = await deepHeic(bits);
    const { bytes } = await readBy('vips', file);
    // The coder's own step to its colours and back costs two of its levels at most.
    expect(await distance(bytes, png)).toBeLessThanOrEqual((2 * 65_535) / (2 ** bits - 1) + 1);
  });

  it('decoders in processes of their own run them, too, and people see the picture', async () => {
    const { file, png } = await deepJp2(16);
    const limits = limitsSchema.parse({ programs: ['magick'] });
    const tools = await loadPrograms(limits, folder, undefined);
    if (tools === undefined) throw new Error('no tools');
    const isolated = createIsolatedTransformer(limits, { tools, size: 1, program: realDecoder });
    try {
      const facts = await isolated.inspect(file);
      expect(facts).toMatchObject({ format: 'jp2', depth: 16, reader: { program: 'magick' } });
      const [made] = await isolated.apply(file, facts, recipeOf({ convert: 'png' }));
      expect(await distance(made?.bytes ?? png, png)).toBe(0);
      expect(JSON.stringify(made?.facts)).toMatch(/"reader":"magick 6/);
      expect(await isolated.preview(file, 2e9)).toMatchObject({ width: 48, height: 36 });
    } finally {
      await isolated.close();
      await removeScratch(tools);
    }
  });

  it('JPEG XL of 16 bits is read by djxl, sample by sample', async () => {
    const { file, png } = await deepJxl();
    expect(await distance((await readBy('djxl', file)).bytes, png)).toBe(0);
  });

  it('programs read within a sandbox, where this machine makes some', async () => {
    const bubblewrap = await findProgram('bwrap', '/', environment['PATH'] ?? '');
    const fault = bubblewrap === undefined ? 'it is not installed' : await sandboxFault(bubblewrap);
    const { file, png } = await deepJp2(16);
    for (const program of ['vips', 'magick', 'gdal'] as const) {
      const reading = readBy(program, file, true);
      if (fault === undefined) expect(await distance((await reading).bytes, png)).toBe(0);
      else expect(await refusal(reading)).toMatch(/^config-invalid/);
    }
  });

  it('what a program cannot read fails, with its own words', async () => {
    const { file } = await deepJp2(16);
    const broken = Buffer.from(file);
    // Behind the markers that kuva reads itself.
    broken.fill(0x5a, broken.indexOf(Buffer.from([0xff, 0x52])), broken.length - 2);
    expect(await refusal(readBy('magick', broken))).toMatch(
      /^(transform-failed: magick, which was to read|image-damaged)/,
    );
  });

  it('nothing but the formats that were told is handed to them', async () => {
    const limits = limitsSchema.parse({ programs: ['magick'] });
    const tools = await loadPrograms(limits, folder, undefined);
    const used = createTransformer(limits, tools === undefined ? {} : { tools });
    const drawing = Buffer.from(
      'push graphic-context\nimage over 0,0 0,0 "/etc/passwd"\npop graphic-context\n',
    );
    expect(await refusal(used.inspect(drawing))).toMatch(/^not-an-image/);
    expect(await refusal(used.inspect(Buffer.from('%PDF-1.7\n')))).toMatch(/^not-an-image/);
    if (tools !== undefined) await removeScratch(tools);
  });
});

describe('a program of the machine', () => {
  it('is not asked unless the configuration says so: the refusal says how', async () => {
    const refused = transformer.inspect(foreign.deepHeic());
    await expect(refused).rejects.toThrow(/10 bits/);
    const remedy = await refused.catch((thrown: unknown) =>
      thrown instanceof KuvaError ? thrown.remedy : '',
    );
    expect(remedy).toMatch(/let vips of the machine read it: limits\.programs/);
  });

  it('that only has the name is another program, and one that is not there is told at the start', async () => {
    const path = join(folder, 'convert');
    writeFileSync(path, '#!/bin/sh\necho "convert (a disk tool) 3.1"\n');
    chmodSync(path, 0o755);
    const around = { PATH: folder };
    expect(await findReader('magick', around)).toBeUndefined();
    const load = loadPrograms({ programs: ['magick'], sandbox: false }, folder, undefined, around);
    expect(await refusal(load)).toMatch(/^config-invalid: limits\.programs allows magick.*another program/);
  });
});
