/** How each output of a recipe will be made from this image; what cannot be made is refused before anything is decoded. */
import { isPlainNegation, type RecipeOutput } from '../image/recipe.ts';
import { isDrawn, type StepOf } from '../image/steps.ts';
import type { ImageFacts } from './contract.ts';
import { convertedEncoding } from './converted.ts';
import { type Encoding, formatTraits, isWritten } from './encoding.ts';
import { holdsHiddenFrames } from './formats.ts';
import type { LosslessResult, MadeLosslessly } from './jpeg/negation.ts';
import { keptEncoding } from './kept.ts';
import { negatesInFile } from './png/negate.ts';
import { impossible } from './refusal.ts';
import type { Source, SourcePage } from './source.ts';
import { type BoundStep, bindStep } from './steps/table.ts';

export type OutputPlan =
  /** No steps: the bytes as they are. */
  | { readonly way: 'copy'; readonly output: RecipeOutput }
  /** Colours are negated in the file; nothing is decoded and encoded again. */
  | { readonly way: 'in-file'; readonly output: RecipeOutput; readonly format: 'gif' | 'png' }
  /** Made of a JPEG's coded data already. */
  | { readonly way: 'lossless'; readonly output: RecipeOutput; readonly made: MadeLosslessly }
  | PixelPlan;

export interface PixelPlan {
  readonly way: 'pixels';
  readonly output: RecipeOutput;
  readonly steps: readonly BoundStep[];
  readonly strip: boolean;
  /** How a page is written; for an animation, the whole. Ask while the page's frame is good. */
  encoding(page: Pick<SourcePage, 'frame' | 'metadata'>): Encoding;
  /** Pages that are taken, from the first. */
  readonly pages: number;
  /** Several pages become frames of one animation. */
  readonly animated: boolean;
  /** Why it was not made without loss, where that was tried. */
  readonly why: string | undefined;
}

/** What an output is written like where its recipe does not say: mostly the source itself. */
export type Model = Pick<Source, 'format' | 'bytes' | 'metadata'>;

/**
 * @param tried what was made of a JPEG without decoding it, where that was tried
 * @param like the image that the source was made from, where it is a file in between
 * @throws KuvaError `step-impossible`
 */
export function planOutput(
  output: RecipeOutput,
  source: Source,
  facts: ImageFacts,
  tried: LosslessResult | undefined,
  like: Model = source,
): OutputPlan {
  const { bytes, format } = like;
  const convert = output.steps.find((step): step is StepOf<'convert'> => step.step === 'convert');
  const drawn = output.steps.filter(isDrawn);
  const strip = output.metadata === 'strip';
  if (convert === undefined && !strip && drawn.length === 0 && like === source)
    return { way: 'copy', output };
  if (
    isPlainNegation(output) &&
    like === source &&
    (format === 'gif' || (format === 'png' && negatesInFile(bytes)))
  ) {
    return { way: 'in-file', output, format };
  }
  if (tried !== undefined && 'bytes' in tried) return { way: 'lossless', output, made: tried };
  if (tried !== undefined && output.lossless === 'always') {
    throw impossible(
      `The JPEG cannot be ${isPlainNegation(output) ? 'negated' : 'made'} without loss (${tried.why}), and output ${output.name} is not to be made in any other way`,
      'Set lossless: auto for the output, then such a JPEG is decoded and encoded again.',
    );
  }
  if (holdsHiddenFrames(source.format, source.bytes)) {
    throw impossible(
      `The image is an animated PNG, and output ${output.name} would keep only its first frame`,
      'Convert it to an animated WebP or GIF and upload that. (Negation alone would work.)',
    );
  }
  // Pages of a TIFF may each be stored in another way.
  const encoding = ({ frame, metadata }: Pick<SourcePage, 'frame' | 'metadata'>) =>
    convert === undefined
      ? keptEncoding(
          format,
          format === 'tiff' && like === source ? frame.bytes : bytes,
          like === source ? metadata : like.metadata,
        )
      : convertedEncoding(convert);
  const written = convert === undefined ? format : convert.format;
  // A format that is read alone is refused here.
  if (!isWritten(written)) keptEncoding(format, bytes, like.metadata);
  const traits = formatTraits[isWritten(written) ? written : 'png'];
  const onlyFirst = convert !== undefined && 'pages' in convert && convert.pages === 'first';
  if (traits.pages === 'one' && facts.pages > 1 && !onlyFirst) {
    throw impossible(
      `The image has ${facts.pages} pages, and output ${output.name} is to be ${written}, which holds one`,
      'Convert to tiff, webp or gif, or add pages: first to the convert step to take only the first page.',
    );
  }
  return {
    way: 'pixels',
    output,
    steps: drawn.map(bindStep),
    strip,
    encoding,
    pages: onlyFirst ? 1 : facts.pages,
    animated: traits.pages === 'animation' && facts.pages > 1 && !onlyFirst,
    why: tried?.why,
  };
}
