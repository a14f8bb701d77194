import { isDeepStrictEqual } from 'node:util';
import { KuvaError } from '../../image/failure.ts';
import { showBytes } from '../../image/quantity.ts';
import type { Preview } from '../../image/preview.ts';
import type { Recipe } from '../../image/recipe.ts';
import type { Step } from '../../image/steps.ts';
import type { ImageFacts, MadeImage, PreviewMaker, Transformer } from '../../transform/contract.ts';

/** What a recipe makes of an image, for people to look at. Nothing of it is stored anywhere. */
export interface TriedRecipe {
  readonly facts: ImageFacts;
  readonly before: Preview;
  readonly outputs: readonly { readonly made: MadeImage; readonly preview: Preview }[];
  /** What the pictures do not show. */
  readonly warnings: readonly string[];
}

export interface TryParts {
  readonly maker: Transformer & PreviewMaker;
  /** Bytes of memory that the attempt may take. */
  readonly room: number;
}

/**
 * Does with one image what a worker would do, but for the stores and the ledger.
 * @throws KuvaError as {@link Transformer}; `image-too-large` when it would take more than the room
 */
export async function tryRecipe(
  { maker, room }: TryParts,
  bytes: Buffer,
  recipe: Recipe,
  signal: AbortSignal,
): Promise<TriedRecipe> {
  const facts = await maker.inspect(bytes, signal);
  const weight = maker.weigh(facts, recipe);
  if (weight > room) {
    throw new KuvaError('image-too-large', {
      what: `Trying it on this image would take ${showBytes(weight)} of memory, and ${showBytes(room)} are set apart for that`,
      remedy: 'Try it on a smaller image, or with `kuva try` on a machine that has the memory.',
    });
  }
  const made = await maker.apply(bytes, facts, recipe, signal);
  const before = await maker.preview(bytes, room, signal);
  const outputs: TriedRecipe['outputs'][number][] = [];
  for (const one of made) outputs.push({ made: one, preview: await maker.preview(one.bytes, room, signal) });
  return { facts, before, outputs, warnings: warningsFor(facts) };
}

function warningsFor({ pages, depth }: ImageFacts): string[] {
  return [
    ...(pages > 1 ? [`It has ${pages} pages or frames, all of them transformed: the first is shown.`] : []),
    ...(depth > 8 ? [`It has ${depth} bits a channel: what is shown has 8.`] : []),
  ];
}

/**
 * A recipe from elsewhere may use the pictures, programs and modules that the recipes in force use, just as they use
 * them, and nothing else of this machine: it would be a way to read its files, or to run anything on it.
 * @throws KuvaError `config-invalid`
 */
export function withKnownFiles(recipe: Recipe, inForce: readonly Recipe[]): Recipe {
  const known = inForce.flatMap(({ outputs }) => outputs).flatMap(({ steps }) => steps);
  return {
    outputs: recipe.outputs.map((output) => ({
      ...output,
      steps: output.steps.map((step) => knownStep(step, known)),
    })),
  };
}

function knownStep(step: Step, known: readonly Step[]): Step {
  if (step.step === 'composite') {
    const same = known.find((other) => other.step === 'composite' && other.file === step.file);
    if (same?.step === 'composite') return { ...step, sha256: same.sha256 };
    throw notKnown(
      `The picture ${step.file} is in no recipe in force, and no other file is read for a trial`,
    );
  }
  if (step.step !== 'command' && step.step !== 'module') return step;
  const same = known.find((other) => isDeepStrictEqual(unmarked(other), unmarked(step)));
  if (same !== undefined) return same;
  throw notKnown(
    `This step ${step.step} is in no recipe in force, and for a trial no other program or module runs on this machine`,
  );
}

/** Of the recipe in force, the digests of programs and modules are known; whoever types a recipe leaves them out. */
function unmarked(step: Step): object {
  return { ...step, sha256: undefined };
}

function notKnown(what: string): KuvaError {
  return new KuvaError('config-invalid', {
    what,
    remedy: 'Try it with `kuva try` on the machine that has the file.',
  });
}
