/** Kuva's steps beside those of others, sample by sample. What each may be off is said in `steps.ts` and docs/formats.md. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { recipeSchema } from '../../../src/image/recipe.ts';
import { imageMagick } from '../imagemagick.ts';
import { transform } from '../kit.ts';
import { type Samples, samples } from '../samples.ts';
import { type AgreementKind, writeKinds } from './kinds.ts';
import { byMagick, byPillow, channelsAfter, type Reference } from './references.ts';
import { type AgreementStep, steps, type Tolerance } from './steps.ts';

const folder = mkdtempSync(join(tmpdir(), 'kuva-agreement-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const recipe = recipeSchema.parse({
  outputs: steps.map(({ name, ours }) => ({
    name,
    key: `${name}/{dir}{stem}{ext}`,
    steps: [ours, { convert: { format: 'tiff', compression: 'none' } }],
  })),
});

/** Every picture is taken once, for all steps and both references. */
const kinds = await writeKinds(folder);
const pictures = kinds.flatMap((kind) => kind.files.map((file, index) => ({ kind, file, index })));
const ours = new Map<string, Samples>();
for (const { file } of pictures) {
  for (const { output, bytes } of await transform(readFileSync(file), recipe))
    ours.set(`${file} ${output}`, await samples(bytes));
}

/** How far the samples of one picture are apart, in levels of 255. */
function apart({ values, channels, hasAlpha, max }: Samples, theirs: Buffer): Tolerance {
  const wide = max === 65_535;
  const other = (at: number) => (wide ? theirs.readUInt16LE(at * 2) : theirs.readUInt8(at));
  let [most, sum] = [0, 0];
  for (let at = 0; at < values.length; at++) {
    const alphaAt = at - (at % channels) + channels - 1;
    // A colour that nobody sees is of no account.
    const seen = hasAlpha && at !== alphaAt;
    const [mine, its] = seen
      ? [((values[at] ?? 0) * (values[alphaAt] ?? 0)) / max, (other(at) * other(alphaAt)) / max]
      : [values[at] ?? 0, other(at)];
    const off = (Math.abs(mine - its) * 255) / max;
    most = Math.max(most, off);
    sum += off;
  }
  return { most, mean: sum / values.length };
}

function compare(step: AgreementStep, kind: AgreementKind, reference: Reference): Tolerance[] {
  const theirs = reference(kind, step);
  const each = theirs.length / kind.files.length;
  return kind.files.map((file, index) => {
    const mine = ours.get(`${file} ${step.name}`);
    if (mine === undefined) throw new Error('not made');
    expect(mine.channels, kind.name).toBe(channelsAfter(step, kind.channels));
    expect(each, kind.name).toBe((mine.values.length * kind.depth) / 8);
    return apart(mine, theirs.subarray(index * each, (index + 1) * each));
  });
}

function check(step: AgreementStep, kind: AgreementKind, reference: Reference, allowed: Tolerance): void {
  const found = compare(step, kind, reference);
  const { most, mean } = allowed;
  expect(Math.max(...found.map((one) => one.most)), `${kind.name}: most`).toBeLessThanOrEqual(most);
  expect(Math.max(...found.map((one) => one.mean)), `${kind.name}: mean`).toBeLessThanOrEqual(mean);
}

it('more than 300 pictures are compared, photographs among them', ({ skip }) => {
  if (process.env['KUVA_TEST_REQUIRE'] !== 'all' && kinds.every(({ name }) => name !== 'photographs')) skip();
  expect(kinds.find(({ name }) => name === 'photographs')?.files.length).toBeGreaterThanOrEqual(15);
  expect(pictures.length).toBeGreaterThan(300);
});

describe.skipIf(imageMagick === undefined)('ImageMagick 6 makes the same of every picture', () => {
  const reference = imageMagick === undefined ? undefined : byMagick(folder, kinds);
  it.each(steps)('$name', (step) => {
    const { magick8, magick16 } = step.tolerances;
    if (reference === undefined) return;
    for (const kind of kinds) check(step, kind, reference, kind.depth === 8 ? magick8 : magick16);
  });
});

describe.skipIf(!hasPillow())(
  'Pillow and numpy make the same of every picture of 8 bits that they read',
  () => {
    const read = kinds.filter(({ pillow }) => pillow);
    const reference = hasPillow() ? byPillow(folder, read) : undefined;
    it.each(steps)('$name', (step) => {
      if (reference === undefined) return;
      for (const kind of read) check(step, kind, reference, step.tolerances.pillow8);
    });
  },
);

function hasPillow(): boolean {
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import PIL.Image, numpy'], { stdio: 'ignore' });
    return true;
  } catch (thrown) {
    if (process.env['KUVA_TEST_REQUIRE'] === 'all') throw thrown;
    return false;
  }
}
