/** Gives damaged JPEGs to the reader of coded data, in this process: thousands a second. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { Machine } from '../../../../../src/transform/jpeg/entropy/machine.ts';
import { negateCoefficients } from '../../../../../src/transform/jpeg/entropy/negate.ts';
import { Unable } from '../../../../../src/transform/jpeg/entropy/unable.ts';
import { mutantOf } from '../mutate.ts';
import { makeEntropySeeds } from './seeds.ts';

export interface EntropyFuzzOptions {
  readonly seed: number;
  readonly seconds: number;
  /** At most so many. */
  readonly mutants: number;
  /** The number of the first one: with `mutants: 1` one finding is repeated. */
  readonly first?: number;
  /** Where findings are written. */
  readonly save?: string | undefined;
}

export interface EntropyFuzzResult {
  readonly seed: number;
  readonly mutants: number;
  readonly negated: number;
  readonly refused: number;
  /** The longest time for one, in milliseconds. */
  readonly longest: number;
  readonly findings: readonly { readonly number: number; readonly from: string; readonly what: string }[];
}

/** Bytes of the module's memory that a small picture can reach, and more. */
const stained = 2_000_000;

/** A JPEG of a few kilobytes takes less than a millisecond; headers of 65,500 × 65,500 pixels find no data. */
const hang = 20_000;

export async function fuzzEntropy(options: EntropyFuzzOptions): Promise<EntropyFuzzResult> {
  const { seed, seconds, mutants, first = 0, save } = options;
  const seeds = await makeEntropySeeds();
  const end = performance.now() + seconds * 1000;
  const findings: { number: number; from: string; what: string }[] = [];
  let [number, negated, refused, longest] = [first, 0, 0, 0];
  for (; number < first + mutants && performance.now() < end; number++) {
    const { bytes, from } = mutantOf(seeds, seed, number);
    const begun = performance.now();
    const { outcome, what } = await judged(bytes);
    const took = performance.now() - begun;
    longest = Math.max(longest, took);
    if (outcome === 'negated') negated++;
    else refused++;
    const wrong = what ?? (took > hang ? `took ${Math.round(took)} ms` : undefined);
    if (wrong === undefined) continue;
    findings.push({ number, from: from.name, what: wrong });
    if (save === undefined) continue;
    await mkdir(save, { recursive: true });
    await writeFile(join(save, `${seed}-${number}-${from.name}.jpg`), bytes);
  }
  return { seed, mutants: number - first, negated, refused, longest, findings };
}

type Answer = { readonly bytes: Buffer } | { readonly why: string };

function answerTo(bytes: Buffer): Answer {
  try {
    return { bytes: negateCoefficients(bytes) };
  } catch (thrown) {
    // Anything else, a trap of the module above all, is a finding.
    if (thrown instanceof Unable) return { why: thrown.message };
    throw thrown;
  }
}

async function judged(bytes: Buffer): Promise<{ outcome: 'negated' | 'refused'; what?: string }> {
  const given = Buffer.from(bytes);
  try {
    stain(0x00);
    const answer = answerTo(bytes);
    // Whoever reads beyond the file meets something else now, and answers something else.
    stain(0xa7);
    const again = answerTo(bytes);
    if (!same(answer, again)) return { outcome: 'refused', what: 'reads what is not the file' };
    if (!given.equals(bytes)) return { outcome: 'refused', what: 'changed its input' };
    if ('why' in answer) return { outcome: 'refused' };
    const what = await unsoundness(bytes, answer.bytes);
    return { outcome: 'negated', ...(what !== undefined && { what }) };
  } catch (thrown) {
    return {
      outcome: 'refused',
      what: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
    };
  }
}

/** Fills all memory that one picture gets with one byte. */
function stain(byte: number): void {
  const machine = new Machine();
  const at = machine.reserve(stained);
  machine.bytes.fill(byte, at, at + stained);
}

function same(one: Answer, other: Answer): boolean {
  if ('why' in one) return 'why' in other && one.why === other.why;
  return 'bytes' in other && one.bytes.equals(other.bytes);
}

/** A result must be a JPEG that libvips reads wherever it reads the source, and come back as itself. */
async function unsoundness(source: Buffer, negated: Buffer): Promise<string | undefined> {
  const back = answerTo(negated);
  if ('why' in back) return `cannot be negated again: ${back.why}`;
  const third = answerTo(back.bytes);
  if ('why' in third || !third.bytes.equals(negated)) return 'does not come back';
  const [before, after] = [await complaint(source), await complaint(negated)];
  return before === undefined && after !== undefined
    ? `libvips reads the source and not the result: ${after}`
    : undefined;
}

async function complaint(bytes: Buffer): Promise<string | undefined> {
  try {
    await sharp(bytes, { failOn: 'warning', limitInputPixels: 4_000_000 }).stats();
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}
