/** Outputs of a TIFF whose samples kuva itself reads and writes: decoded page by page, each page once for all outputs. */
import type { Recipe, RecipeOutput } from '../../../image/recipe.ts';
import { type DrawnStep, isDrawn, type StepOf } from '../../../image/steps.ts';
import type { ImageFacts, MadeImage } from '../../contract.ts';
import { impossible } from '../../refusal.ts';
import { stepKinds } from '../../steps/table.ts';
import type { TimeBudget } from '../../time.ts';
import { verified } from '../../verify.ts';
import { type EncodedPage, joinTiff, type PageDescription } from '../join.ts';
import { checkTiffPixels, pageAt } from '../pages.ts';
import { readTiff, type TiffFile } from '../read.ts';
import { type Coding, type ExactPage, exactPages, holdsExact } from './layout.ts';
import { readRaster } from './raster.ts';
import { type Exact, nameOfSamples, refuseUndefined, withStep } from './steps.ts';
import { writeRaster } from './write.ts';

/** What an output is written like where its recipe does not say. */
interface Model {
  readonly bytes: Buffer;
  readonly image: ImageFacts;
}

/** An output that can be made. */
interface ExactPlan {
  readonly output: RecipeOutput;
  readonly steps: readonly DrawnStep[];
  readonly keep: PageDescription['keep'];
  coding(page: ExactPage, number: number): Coding;
}

/**
 * @param like the image that the source was made from, where it is a file in between
 * @throws KuvaError `step-impossible`, `image-damaged`, `format-unsupported`, `transform-timeout`
 */
export async function makeExact(
  bytes: Buffer,
  { outputs }: Recipe,
  like: Model,
  time: TimeBudget,
): Promise<MadeImage[]> {
  const file = readTiff(bytes);
  checkTiffPixels(file);
  const pages = exactPages(file);
  const plans = outputs.map((output) => planExact(output, bytes, pages, like));
  const made = plans.map((): EncodedPage[] => []);
  const sizes: { width: number; height: number }[] = [];
  if (plans.some((plan) => plan !== undefined)) {
    for (const [number, page] of pages.entries()) {
      time.check();
      const { photometric, kind, bytes: sample, channels, alpha, orientation } = page;
      const source: Exact = {
        raster: readRaster(file, page),
        kind: { photometric, kind, bytes: sample, channels, alpha, orientation },
      };
      for (const [index, plan] of plans.entries()) {
        if (plan === undefined) continue;
        let state = source;
        for (const step of plan.steps) state = await withStep(state, step, time);
        const { width, height } = state.raster;
        sizes[index] ??= { width, height };
        const encoded = writeRaster(state.raster, state.kind, plan.coding(page, number));
        made[index]?.push({ encoded, description: describedBy(file, number, plan.keep) });
      }
    }
  }
  const results: MadeImage[] = [];
  for (const [index, output] of outputs.entries()) {
    const size = sizes[index] ?? { width: pages[0]?.width ?? 0, height: pages[0]?.height ?? 0 };
    const expected = { output: output.name, format: 'tiff', ...size, pages: pages.length } as const;
    results.push(
      plans[index] === undefined
        ? await verified(bytes, { ...expected, how: { way: 'copy' } })
        : await verified(joinTiff(made[index] ?? []), { ...expected, how: { way: 'pixels' } }),
    );
    time.check();
  }
  return results;
}

function describedBy(file: TiffFile, number: number, keep: PageDescription['keep']): PageDescription {
  return { file, page: pageAt(file, number), keep };
}

/** Undefined: the bytes as they are. @throws KuvaError `step-impossible` */
function planExact(
  output: RecipeOutput,
  bytes: Buffer,
  pages: readonly ExactPage[],
  like: Model,
): ExactPlan | undefined {
  const convert = output.steps.find((step): step is StepOf<'convert'> => step.step === 'convert');
  const drawn = output.steps.filter(isDrawn);
  const strip = output.metadata === 'strip';
  if (convert === undefined && !strip && drawn.length === 0 && like.bytes === bytes) return undefined;
  refuseUndefined(drawn, pages, output.name);
  const coding = convert === undefined ? codingLike(like, output, pages) : codingOf(convert, output, pages);
  const all = drawn.every(({ step }) => stepKinds[step].keepsDescription);
  return {
    output,
    // Nothing will say that the pixels are not upright.
    steps: strip ? [...drawn, { step: 'auto-orient' }] : drawn,
    keep: strip ? 'profile' : all ? 'all' : 'carried',
    coding,
  };
}

function codingLike(
  { bytes, image }: Model,
  output: RecipeOutput,
  pages: readonly ExactPage[],
): ExactPlan['coding'] {
  if (image.format !== 'tiff') throw notHeld(pages, output, image.format);
  const file = readTiff(bytes);
  const theirs = holdsExact(file) ? exactPages(file) : [];
  return (page, number) => theirs[number]?.coding ?? { ...page.coding, packing: 'lzw', predictor: 2 };
}

function codingOf(
  convert: StepOf<'convert'>,
  output: RecipeOutput,
  pages: readonly ExactPage[],
): ExactPlan['coding'] {
  if (convert.format !== 'tiff') throw notHeld(pages, output, convert.format);
  const { compression, predictor, tile } = convert;
  if (compression === 'jpeg') throw notHeld(pages, output, 'JPEG within the TIFF');
  const differences = predictor === 'horizontal' && (compression === 'lzw' || compression === 'deflate');
  return ({ kind }) => ({
    packing: compression,
    predictor: differences ? (kind === 'float' ? 3 : 2) : 1,
    tile: tile ? { width: 256, height: 256 } : undefined,
    planes: false,
  });
}

function notHeld([page]: readonly ExactPage[], { name }: RecipeOutput, format: string) {
  return impossible(
    `The image has ${page === undefined ? 'samples' : nameOfSamples(page)}, which only a TIFF holds as they are, and output ${name} is to be ${format}`,
    'Take convert: tiff, or say in a step of your own which values become black and white: docs/steps.md.',
  );
}
