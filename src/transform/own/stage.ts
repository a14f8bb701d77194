/** The image between two pieces of a recipe, and how it comes to be a file. */
import type { Facts } from '../../image/facts.ts';
import type { ImageFormat } from '../../image/format.ts';
import type { RecipeOutput } from '../../image/recipe.ts';
import { type DrawnStep, stepSchema } from '../../image/steps.ts';
import type { ImageFacts, MadeImage } from '../contract.ts';
import { formatReaders } from '../formats.ts';
import { inspectImage } from '../inspect.ts';
import type { Limits } from '../limits.ts';
import type { TimeBudget } from '../time.ts';
import { stepFailed } from './failures.ts';
import type { OwnTools } from './tools.ts';

/** The image between two pieces of the recipe. */
export interface Stage {
  readonly bytes: Buffer;
  readonly image: ImageFacts;
  /** What the output is written like where no step says otherwise: the last file that was not kuva's own in between. */
  readonly like: { readonly bytes: Buffer; readonly image: ImageFacts };
  /** Whether these are other bytes than the input's. */
  readonly changed: boolean;
  readonly facts: Facts;
}

export interface StagesContext {
  readonly limits: Limits;
  readonly time: TimeBudget;
  readonly tools: OwnTools;
  readonly key: string;
  /** The way through libvips: makes one output of a file. */
  make(stage: Pick<Stage, 'bytes' | 'image' | 'like'>, output: RecipeOutput): Promise<MadeImage>;
}

/** The stage after steps of libvips, as a file without loss: its own bytes where there are none. */
export async function written(
  stage: Stage,
  drawn: readonly DrawnStep[],
  output: RecipeOutput,
  context: StagesContext,
  wanted: 'auto' | 'png' | 'tiff',
): Promise<Stage> {
  const format = wanted === 'auto' ? withoutLoss(stage.image) : wanted;
  if (drawn.length === 0 && (wanted === 'auto' || stage.image.format === format)) return stage;
  const settings =
    format === 'webp'
      ? { format, lossless: true }
      : format === 'tiff'
        ? { format, compression: 'none' }
        : { format, compressionLevel: 1 };
  const convert = stepSchema.parse({ convert: settings });
  const made = await context.make(stage, { ...output, metadata: 'keep', steps: [...drawn, convert] });
  const bytes = Buffer.from(made.bytes);
  return { ...stage, bytes, image: await inspectImage(bytes, context.limits), changed: true };
}

/** PNG holds one picture of grey or RGB of 8 or 16 bits; WebP holds animations, and TIFF everything else. */
function withoutLoss({ format, pages, channels, hasAlpha, exact }: ImageFacts): 'png' | 'tiff' | 'webp' {
  if (exact === true) return 'tiff';
  if (pages > 1) return format === 'gif' || format === 'webp' ? 'webp' : 'tiff';
  return channels - (hasAlpha ? 1 : 0) === 4 ? 'tiff' : 'png';
}

/**
 * What a step gave, held against all that an input is held against.
 * @throws KuvaError `step-failed` when it is no such image
 */
export async function looked(
  bytes: Buffer,
  name: string,
  before: ImageFacts,
  grows: number,
  format: ImageFormat,
  limits: Limits,
): Promise<ImageFacts> {
  try {
    const image = await inspectImage(bytes, limits);
    if (image.format !== format) {
      throw new Error(
        `it is ${image.format}, and ${format} is expected: say \`output: ${image.format}\` in the recipe`,
      );
    }
    formatReaders[image.format].check(bytes);
    const pixels = (of: ImageFacts): number => of.width * of.height * of.pages;
    if (pixels(image) > pixels(before) * grows + 1_000_000) {
      throw new Error(
        `it has ${image.width} × ${image.height} pixels, far more than the ${before.width} × ${before.height} that the step was given: say with \`grows\` how many times as many there may be`,
      );
    }
    return image;
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw stepFailed(`What ${name.replace('The', 'the')} gave cannot be used: ${lower(why)}`, thrown);
  }
}

const lower = (text: string): string => `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
