import type { Recipe } from '../image/recipe.ts';
import { mergeFacts } from '../image/facts.ts';
import { isApart } from '../image/steps.ts';
import type { ImageFacts, MadeImage, PreviewMaker, Transformer } from './contract.ts';
import { formatReaders } from './formats.ts';
import { inspectImage } from './inspect.ts';
import { prepareEntropy } from './jpeg/entropy/machine.ts';
import { makeLosslessly } from './jpeg/lossless.ts';
import type { LosslessResult } from './jpeg/negation.ts';
import { prepareLibvips } from './libvips.ts';
import type { Limits } from './limits.ts';
import { allLossless, makeOutputs } from './make.ts';
import type { Stage } from './own/stage.ts';
import { makeInStages, newMemory } from './own/stages.ts';
import { ownTime } from './own/time.ts';
import { noTools, type OwnTools } from './own/tools.ts';
import { noRecipeFiles, type RecipeFiles } from './recipeFiles.ts';
import { drawPreview } from './preview/draw.ts';
import { openSource } from './source.ts';
import { makeExact } from './tiff/exact/make.ts';
import { type TimeBudget, timeBudget } from './time.ts';
import { weighImage } from './weigh.ts';

export interface TransformerOptions {
  /** What `loadRecipeFiles` read; needed only for recipes with composite steps. */
  readonly files?: RecipeFiles;
  /** What `loadOwnSteps` found; needed only for recipes with commands and modules. */
  readonly tools?: OwnTools;
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
  const { files = noRecipeFiles, tools = noTools, onDecode = () => undefined } = options;
  /** The outputs of a recipe without steps that stand apart. */
  const make = async (
    { bytes, image, like }: Pick<Stage, 'bytes' | 'image'> & Partial<Pick<Stage, 'like'>>,
    recipe: Recipe,
    time: TimeBudget,
  ): Promise<MadeImage[]> => {
    const own = like === undefined || like.bytes === bytes;
    if (image.exact === true) return makeExact(bytes, recipe, like ?? { bytes, image }, time);
    // It reads every code of the file, and is stricter than the check that follows where it cannot.
    const lossless = own ? makeLosslessly(bytes, image, recipe, time) : new Map<string, LosslessResult>();
    const ready = await allLossless(image, recipe, lossless);
    if (ready !== undefined) return ready;
    if (![...lossless.values()].some((made) => 'bytes' in made)) formatReaders[image.format].check(bytes);
    const reading = { tools, time, sandbox: limits.sandbox };
    const source = await openSource(bytes, image, reading);
    const model = own ? source : await openSource(like.bytes, like.image, reading);
    return makeOutputs(source, image, recipe, { files, time, onDecode }, lossless, model);
  };
  return {
    inspect: (bytes) => inspectImage(viewed(bytes), limits, tools.readers),
    weigh: weighImage,
    preview: (bytes, room) => drawPreview(viewed(bytes), limits, room, tools),
    async apply(bytes, image, recipe, signal, key = '') {
      const time = timeBudget(limits.time + ownTime(recipe), signal);
      const source = { bytes: viewed(bytes), image };
      const plain = recipe.outputs.filter(({ steps }) => !steps.some(isApart));
      const made = plain.length > 0 ? await make(source, { ...recipe, outputs: plain }, time) : [];
      const memory = newMemory();
      const context = {
        limits,
        time,
        tools,
        key,
        make: async (stage: Pick<Stage, 'bytes' | 'image' | 'like'>, output: Recipe['outputs'][number]) =>
          only(await make(stage, { ...recipe, outputs: [output] }, time)),
      };
      const outputs: MadeImage[] = [];
      for (const output of recipe.outputs) {
        const plainly = made.find((one) => one.output === output.name);
        outputs.push(told(plainly ?? (await makeInStages(source, output, context, memory)), image));
      }
      return outputs;
    },
  };
}

/** Which program read the image stands beside what was measured. */
function told(made: MadeImage, { reader }: ImageFacts): MadeImage {
  if (reader === undefined) return made;
  const facts = mergeFacts(made.facts ?? {}, { reader: `${reader.program} ${reader.version}` }, undefined);
  return { ...made, facts };
}

function only([first]: readonly MadeImage[]): MadeImage {
  if (first === undefined) throw new RangeError('an output that was not made');
  return first;
}

/** The same bytes as a Buffer, not copied. */
function viewed(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
