/** Gives mutants to the real decoders, and counts what becomes of them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FailureCode, KuvaError } from '../../../../src/image/failure.ts';
import { type Recipe, recipeSchema } from '../../../../src/image/recipe.ts';
import type { Transformer } from '../../../../src/transform/contract.ts';
import { createIsolatedTransformer } from '../../../../src/transform/isolated/transformer.ts';
import { limitsSchema } from '../../../../src/transform/limits.ts';
import { realDecoder } from '../../../processes/decoders.ts';
import { type Mutant, mutantOf } from './mutate.ts';
import { makeSeeds } from './seeds.ts';

export interface FuzzOptions {
  readonly seed: number;
  readonly seconds: number;
  /** At most so many. */
  readonly mutants: number;
  /** The number of the first one: with `mutants: 1` one finding is repeated. */
  readonly first?: number;
  /** Where findings are written, with what was done to them. */
  readonly save?: string | undefined;
}

export interface FuzzResult {
  readonly seed: number;
  readonly mutants: number;
  /** `made`: outputs that are sound; `refused`: with a code that blames the image; `finding`: anything else. */
  readonly outcomes: Readonly<Record<'made' | 'refused' | 'finding', number>>;
  readonly codes: Readonly<Partial<Record<FailureCode, number>>>;
  /** By format, how many were made into outputs. */
  readonly madeOf: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
}

export interface Finding {
  readonly number: number;
  readonly from: string;
  readonly changes: readonly string[];
  readonly recipe: number;
  readonly what: string;
}

/** What a damaged image may be told: tried again it would be the same, so no attempt is wasted on it. */
const sensible: ReadonlySet<FailureCode> = new Set([
  'not-an-image',
  'format-unsupported',
  'image-damaged',
  'image-too-large',
  'step-impossible',
]);

/** Small, so that a header that says much is refused or quickly done. */
const limits = limitsSchema.parse({ bytes: '1MB', pixels: 600_000, pages: 200, time: '20s' });

/** Beyond what the transformer gives an image: it did not keep its own promise. */
const hang = 120_000;

const recipes: readonly Recipe[] = [
  [{}],
  [{ steps: ['grayscale', { blur: { sigma: 2 } }], metadata: 'strip' }],
  [
    { name: 'small', key: 'small/{key}', steps: [{ resize: { width: 16 } }, { convert: 'jpeg' }] },
    { name: 'upright', key: 'upright/{key}', steps: ['auto-orient', { convert: 'png' }] },
  ],
  [{ steps: ['trim', 'normalise', { convert: 'tiff' }] }],
  [{ steps: [{ rotate: { angle: 90 } }, 'sharpen', { convert: 'webp' }] }],
  [{ steps: [] }],
].map((outputs) => recipeSchema.parse({ outputs }));

/** Decodes every page of an output, whatever its format and the type of its samples. */
const again = recipeSchema.parse({ outputs: [{ steps: ['flip'], lossless: 'never' }] });

export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { seed, seconds, mutants, first = 0, save } = options;
  const seeds = await makeSeeds();
  const transformer = createIsolatedTransformer(limits, { size: 2, program: realDecoder });
  const end = performance.now() + seconds * 1000;
  const tally = { outcomes: { made: 0, refused: 0, finding: 0 }, codes: new Map<FailureCode, number>() };
  const madeOf: Record<string, number> = {};
  const findings: Finding[] = [];
  let next = first;
  const work = async (): Promise<void> => {
    while (next < first + mutants && performance.now() < end) {
      const mutant = mutantOf(seeds, seed, next++);
      // Every picture meets every recipe.
      const recipe = Math.floor(mutant.number / seeds.length) % recipes.length;
      const { outcome, code, what } = await judged(transformer, mutant, recipes[recipe] ?? again);
      tally.outcomes[outcome]++;
      if (code !== undefined) tally.codes.set(code, (tally.codes.get(code) ?? 0) + 1);
      if (outcome === 'made') madeOf[mutant.from.format] = (madeOf[mutant.from.format] ?? 0) + 1;
      if (outcome !== 'finding') continue;
      const { number, from, changes } = mutant;
      const finding = { number, from: from.name, changes, recipe, what };
      findings.push(finding);
      if (save !== undefined) await keep(save, seed, mutant, finding);
    }
  };
  try {
    // More than there are decoders, so that none waits.
    await Promise.all(Array.from({ length: 4 }, work));
  } finally {
    await transformer.close();
  }
  const codes = Object.fromEntries([...tally.codes].sort());
  return { seed, mutants: next - first, outcomes: tally.outcomes, codes, madeOf, findings };
}

interface Judged {
  readonly outcome: keyof FuzzResult['outcomes'];
  readonly code?: FailureCode;
  readonly what: string;
}

async function judged(transformer: Transformer, { bytes }: Mutant, recipe: Recipe): Promise<Judged> {
  const stop = new AbortController();
  const timer = setTimeout(() => {
    stop.abort();
  }, hang);
  try {
    const facts = await transformer.inspect(bytes, stop.signal);
    const outputs = await transformer.apply(bytes, facts, recipe, stop.signal);
    for (const output of outputs) {
      // A recipe without steps copies, and says so: no pixel is looked at.
      if (Buffer.compare(output.bytes, bytes) === 0) continue;
      const { format, width, height, pages } = output;
      const unsound = await unsoundness(
        transformer,
        output.bytes,
        `${format} ${width} ${height} ${pages}`,
        stop.signal,
      );
      if (unsound !== undefined) return { outcome: 'finding', what: `output ${output.output}: ${unsound}` };
    }
    return { outcome: 'made', what: '' };
  } catch (thrown) {
    if (!(thrown instanceof KuvaError)) return { outcome: 'finding', what: `threw ${String(thrown)}` };
    const what = `${thrown.code}: ${thrown.message}`;
    return { outcome: sensible.has(thrown.code) ? 'refused' : 'finding', code: thrown.code, what };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Two texts in one tag, as EXIF's Copyright of a photographer and an editor: TIFF 6.0 allows it ("ASCII", section 2), and
 * libtiff warns that it shows the first one alone. The output is right.
 */
const explained = /contains null byte in value/;

/** What is wrong with an output: kuva itself must read every pixel of it, as what it was said to be. */
async function unsoundness(
  transformer: Transformer,
  bytes: Uint8Array,
  said: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const facts = await transformer.inspect(bytes, signal);
    await transformer.apply(bytes, facts, again, signal);
    const is = `${facts.format} ${facts.width} ${facts.height} ${facts.pages}`;
    return is === said ? undefined : `said to be ${said}, is ${is}`;
  } catch (thrown) {
    const what = thrown instanceof Error ? thrown.message : String(thrown);
    return explained.test(what) ? undefined : what;
  }
}

async function keep(
  folder: string,
  seed: number,
  { number, bytes, from }: Mutant,
  finding: Finding,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const name = join(folder, `${seed}-${number}-${from.name}`);
  await writeFile(`${name}.${from.format}`, bytes);
  await writeFile(`${name}.json`, `${JSON.stringify({ seed, ...finding }, undefined, 2)}\n`);
}
