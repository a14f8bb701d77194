/**
 * How much memory an image may take: bytes a pixel, measured as growth of the peak resident set on pictures of 12
 * megapixels, and rounded up (`test/transform/weigh.test.ts` holds some of them against a real process).
 */
import type { ImageFormat } from '../image/format.ts';
import { isTurning, type Recipe, type RecipeOutput } from '../image/recipe.ts';
import type { ConvertFormat } from '../image/settings/convert.ts';
import { type DrawnStep, isDrawn, type StepOf } from '../image/steps.ts';
import type { ImageFacts } from './contract.ts';
import { formatTraits, isWritten } from './encoding.ts';
import { isForeign } from './foreign/contract.ts';
import { type Size, sizeAfter } from './growth.ts';
import { groupSteps } from './groups.ts';
import { weighOwnSteps } from './own/weigh.ts';
import { programMemory } from './programs/weigh.ts';
import { bindStep } from './steps/table.ts';

/** What one image costs however small it is: threads' buffers, codecs' tables. */
const base = 16e6;

/** Bytes a pixel of reading, for `sample` bytes that a decoded pixel has. JPEG: the coefficients of a progressive one. */
const decoding: Readonly<Record<ImageFormat, (sample: number, channels: number) => number>> = {
  jpeg: (_sample, channels) => 2 * channels + 1,
  png: (sample) => sample + 1,
  webp: () => 8,
  avif: () => 16,
  // A copy of the file shows one page at a time.
  tiff: (sample) => 2 * sample,
  gif: () => 6,
  svg: () => 8,
  // 21 measured with HEIC: what ImageMagick holds, and copies on the way.
  heic: byMagick,
  jxl: byMagick,
  jp2: byMagick,
  ico: byMagick,
  psd: plain,
  bmp: plain,
  pnm: plain,
  fits: plain,
  dicom: plain,
  // The light of each sample beside its 16 bits.
  exr: (sample) => 8 * sample,
  // A JPEG, and what comes of it.
  raw: (sample) => 8 * sample,
};

function byMagick(): number {
  return 40;
}

/** The samples, beside each other and in another order, and a PNG of them. */
function plain(sample: number): number {
  return 5 * sample;
}

/** ImageMagick itself, compiled (60 MB measured). */
const engine = 100e6;

/** Bytes a pixel of writing, its result included. */
const encoding: Readonly<Record<ConvertFormat, (sample: number, channels: number) => number>> = {
  jpeg: (_sample, channels) => 5 * channels,
  png: (sample) => 3 * sample,
  // Lossless takes the most (33 measured), and what the source has is not known here.
  webp: () => 40,
  // 51 measured with 12 bits.
  avif: () => 64,
  tiff: (sample) => 4 * sample,
  gif: () => 16,
};

/** Bytes a pixel of reading, and of writing, a JPEG of which only some rows are held; the result included (1.0 measured). */
const rowByRow = 2;

/** An animation is decoded whole and then cut into frames (13 measured, with a step). */
const unrolled = 16;

/** Steps that pixels run through row by row; all others hold the whole picture. */
const streaming: ReadonlySet<DrawnStep['step']> = new Set(['negate', 'flatten', 'resize', 'crop', 'sharpen']);

/** An upper bound, in bytes, on what `apply` takes beside the input. */
export function weighImage(facts: ImageFacts, recipe: Recipe): number {
  return Math.min(weighWhole(facts, recipe), weighInRows(facts, recipe) ?? Number.POSITIVE_INFINITY);
}

/**
 * A TIFF that is negated and nothing else is never in memory as a whole: rows of it on their way in and out (5 times those that are decoded
 * together, measured with 30,000 × 30,000 pixels in tiles of 256), the file once more, and the result while it grows, is joined and is
 * handed on. Negation changes no lossless code's length but by the coder's diligence, for which there is the double.
 */
function weighInRows(
  { inRows, width, channels, depth }: ImageFacts,
  { outputs }: Recipe,
): number | undefined {
  const [output, ...more] = outputs;
  if (inRows === undefined || output === undefined || more.length > 0) return undefined;
  if (output.metadata === 'strip' || !output.steps.every(({ step }) => step === 'negate')) return undefined;
  const rows = width * Math.max(inRows.rows, 16) * channels * (depth / 8);
  return Math.ceil(2 * base + 12 * rows + inRows.coded + 5 * 2 * inRows.coded);
}

function weighWhole(facts: ImageFacts, recipe: Recipe): number {
  const { format, channels } = facts;
  // Animations are decoded as RGBA or RGB; CMYK may become RGB on the way, never more.
  const sample = Math.max(channels, 3) * (facts.depth / 8);
  const page = Math.max(facts.width * facts.height, facts.largestPage ?? 0);
  const frames = (format === 'gif' || format === 'webp') && facts.pages > 1;
  const costs = recipe.outputs.map((output) => weighOutput(output, facts, sample, recipe.outputs.length > 1));
  const kept = costs.reduce((total, cost) => total + cost.kept, 0);
  const working = Math.max(...costs.map((cost) => cost.working));
  const shared = recipe.outputs.length > 1 ? page * sample : 0;
  const reading = facts.rowByRow === true ? rowByRow : decoding[format](sample, channels);
  // Foreign pages are decoded all at once.
  const together = frames || isForeign(format) ? facts.pages : 1;
  const read = page * together * (frames ? unrolled : reading);
  return Math.ceil(fixedCost(facts) + read + shared + working + kept + weighOwnSteps(facts, recipe));
}

/** `working` ends with the output, `kept` stays until all are done. */
function weighOutput(
  output: RecipeOutput,
  facts: ImageFacts,
  sample: number,
  shared: boolean,
): { working: number; kept: number } {
  const convert = output.steps.find((step): step is StepOf<'convert'> => step.step === 'convert');
  const drawn = output.steps.filter(isDrawn);
  const written = convert?.format ?? (isWritten(facts.format) ? facts.format : 'png');
  const scale = Math.max(1, (facts.largestPage ?? 0) / (facts.width * facts.height));
  const pixels = ({ width, height }: Size) => width * height * scale;
  let size: Size = facts;
  let largest = pixels(size);
  for (const step of drawn) {
    size = sizeAfter(step, size);
    largest = Math.max(largest, pixels(size));
  }
  const groups = groupSteps(drawn.map(bindStep), false);
  const streams =
    !shared && facts.pages === 1 && groups.length <= 1 && drawn.every(({ step }) => streaming.has(step));
  // What goes in, what comes out, and a copy within libvips; earlier passes' results until they are collected.
  const passes = streams ? 0 : (3 + groups.length) * sample * largest;
  const animated = facts.pages > 1 && formatTraits[written].pages === 'animation';
  // Frames wait for each other before they are encoded together.
  const together = animated ? facts.pages : 1;
  const keeps = facts.rowByRow === true && convert === undefined;
  const writing = keeps ? rowByRow : encoding[written](sample, Math.max(facts.channels, 3));
  const encoder = writing * pixels(size) * together;
  const waiting = animated ? sample * pixels(size) * facts.pages : 0;
  const pages = formatTraits[written].pages === 'one' ? 1 : facts.pages;
  // Two copies of all coefficients. With `auto` a large JPEG takes the way that needs less.
  const turning = output.lossless === 'always' && isTurning(output) ? 5 * facts.channels * largest : 0;
  return {
    working: Math.max(passes + encoder + waiting, turning),
    kept: sample * pixels(size) * (pages > 1 || shared ? pages : 0),
  };
}

/** An upper bound, in bytes, on what drawing a preview takes beside the input: one page, which may have to be turned upright. */
export function weighPreview(facts: ImageFacts): number {
  const sample = Math.max(facts.channels, 3) * (facts.depth / 8);
  const reading = facts.rowByRow === true ? rowByRow : decoding[facts.format](sample, facts.channels);
  // A JPEG is turned when it is small already.
  const turning = facts.format === 'jpeg' ? 0 : sample;
  const together = isForeign(facts.format) ? facts.pages : 1;
  return Math.ceil(fixedCost(facts) + facts.width * facts.height * together * (reading + turning));
}

function fixedCost({ format, width, height, reader }: ImageFacts): number {
  if (reader !== undefined) return base + programMemory({ width, height });
  return base + (decoding[format] === byMagick ? engine : 0);
}
