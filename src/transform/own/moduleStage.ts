/** A `module` step between two pieces of a recipe. */
import type { RecipeOutput } from '../../image/recipe.ts';
import { mergeFacts } from '../../image/facts.ts';
import type { StepOf } from '../../image/steps.ts';
import { readMetadata } from '../inspect.ts';
import { impossible } from '../refusal.ts';
import type { StepImage } from '../step.ts';
import { stepFailed } from './failures.ts';
import { callModule, nameOfModule } from './module.ts';
import { decodePixels, encodePixels, metadataOf } from './pixels.ts';
import { looked, type Stage, type StagesContext, written } from './stage.ts';

/** What functions have returned, by the place in the recipe and the settings. */
export type Calls = Map<string, ReturnType<typeof callModule>>;

/**
 * Calls the function, once for all outputs, and goes on with the image that this output takes.
 * @param place the steps before it, as text
 * @throws KuvaError as `callModule`
 */
export async function byModule(
  stage: Stage,
  step: StepOf<'module'>,
  output: RecipeOutput,
  context: StagesContext,
  calls: Calls,
  place: string,
): Promise<Stage> {
  const { take, ...called } = step;
  const name = nameOfModule(step);
  const call = (): ReturnType<typeof callModule> =>
    moduleCall(stage, { ...called, take: undefined }, context);
  const { images, facts } = await callOnce(calls, `${place}${JSON.stringify(called)}`, call);
  const merged = mergeFacts(stage.facts, facts, step.as);
  const image = images.get(take ?? '');
  if (image !== undefined) return { ...(await goingOn(stage, step, image, output, context)), facts: merged };
  if (images.size === 0 && take === undefined) return { ...stage, facts: merged };
  throw stepFailed(
    take === undefined
      ? `${name} returned several images (${[...images.keys()].join(', ')}): say with \`take\` which one this output is`
      : `${name} returned no image named ${take}`,
  );
}

/** One call for all outputs that take an image of it. */
function callOnce(
  calls: Calls,
  key: string,
  call: () => ReturnType<typeof callModule>,
): ReturnType<typeof callModule> {
  const result = calls.get(key) ?? call();
  calls.set(key, result);
  return result;
}

async function moduleCall(
  stage: Stage,
  step: StepOf<'module'>,
  { tools, time, key }: StagesContext,
): ReturnType<typeof callModule> {
  const { bytes, image } = stage;
  if (step.input === 'encoded') {
    const metadata = metadataOf(image, await readMetadata(bytes, image.format));
    const { width, height } = image;
    return callModule(step, { encoded: new Uint8Array(bytes), width, height, metadata }, key, tools.folder);
  }
  if (image.pages > 1) {
    throw impossible(
      `The image has ${image.pages} pages, and ${nameOfModule(step).replace('The', 'the')} gets the pixels of one`,
      'Add input: encoded to the module step, and decode the pages there.',
    );
  }
  return callModule(step, await decodePixels(bytes, image, time), key, tools.folder);
}

async function goingOn(
  stage: Stage,
  step: StepOf<'module'>,
  image: StepImage,
  output: RecipeOutput,
  context: StagesContext,
): Promise<Omit<Stage, 'facts'>> {
  const { limits, time } = context;
  const name = nameOfModule(step);
  if ('encoded' in image) {
    const bytes = Buffer.from(image.encoded);
    const found = await looked(
      bytes,
      name,
      stage.image,
      step.grows,
      step.output ?? stage.like.image.format,
      limits,
    );
    return { bytes, image: found, like: { bytes, image: found }, changed: true };
  }
  const grey = (channels: number): boolean => channels < 3;
  // What the image says of itself goes along, its profile with it, which must be of the same colours.
  const described = grey(stage.image.channels) === grey(image.channels);
  const source = described ? (await written(stage, [], output, context, 'png')).bytes : undefined;
  const bytes = await encodePixels(image, source, time);
  const found = await looked(bytes, name, stage.image, step.grows, 'png', limits);
  const like = step.output === 'png' ? { bytes, image: found } : stage.like;
  return { bytes, image: found, like, changed: true };
}
