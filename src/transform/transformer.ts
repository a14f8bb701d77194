import type { PreviewMaker, Transformer } from './contract.ts';
import { formatReaders } from './formats.ts';
import { inspectImage } from './inspect.ts';
import { prepareEntropy } from './jpeg/entropy/machine.ts';
import { makeLosslessly } from './jpeg/lossless.ts';
import { prepareLibvips } from './libvips.ts';
import type { Limits } from './limits.ts';
import { makeOutputs } from './make.ts';
import { noRecipeFiles, type RecipeFiles } from './recipeFiles.ts';
import { drawPreview } from './preview/draw.ts';
import { openSource } from './source.ts';
import { timeBudget } from './time.ts';
import { weighImage } from './weigh.ts';

export interface TransformerOptions {
  /** What `loadRecipeFiles` read; needed only for recipes with composite steps. */
  readonly files?: RecipeFiles;
  /** Called for each page that is decoded. */
  readonly onDecode?: () => void;
}

/** The transformer on sharp and libvips. It sets up libvips for the whole process and holds nothing that must be closed. */
export function createTransformer(
  limits: Limits,
  options: TransformerOptions = {},
): Transformer & PreviewMaker {
  prepareLibvips();
  prepareEntropy();
  const { files = noRecipeFiles, onDecode = () => undefined } = options;
  return {
    inspect: (bytes) => inspectImage(viewed(bytes), limits),
    weigh: weighImage,
    preview: (bytes, room) => drawPreview(viewed(bytes), limits, room),
    async apply(bytes, facts, recipe, signal) {
      const time = timeBudget(limits.time, signal);
      const whole = viewed(bytes);
      // It reads every code of the file, and is stricter than the check that follows where it cannot.
      const lossless = makeLosslessly(whole, facts, recipe, time);
      if (![...lossless.values()].some((made) => 'bytes' in made)) formatReaders[facts.format].check(whole);
      const source = await openSource(whole, facts);
      return makeOutputs(source, facts, recipe, { files, time, onDecode }, lossless);
    },
  };
}

/** The same bytes as a Buffer, not copied. */
function viewed(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
