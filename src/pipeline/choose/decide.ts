import { identityMark } from '../../image/identity.ts';
import type { ImageIdentity } from '../../image/identity.ts';
import { markedKey } from '../../image/outputKey.ts';
import { keyOfOutput, type Recipe } from '../../image/recipe.ts';
import { KuvaError } from '../../image/failure.ts';
import { showKey } from '../../image/key.ts';
import type { Attempt, GrantedKey, WantedKey } from '../../ledger/contract/attempt.ts';
import type { ImageFacts } from '../../transform/contract.ts';
import type { PipelineParts } from '../parts.ts';
import { patiently } from '../patience.ts';
import { type Choice, type Known, knownOf } from './choose.ts';

/** The choice with the keys that go with it. */
export type Decided =
  | Extract<Choice, { kind: 'skip' }>
  | {
      readonly kind: 'recipe';
      readonly chosen: Extract<Choice, { kind: 'recipe' }>;
      readonly outputKeys: ReadonlyMap<string, GrantedKey>;
    };

/** What is to be done with an image, as far as it can be told. */
export function chooseFor({ chooser, recipe }: PipelineParts, known: Known): Choice | 'look' {
  return chooser?.choose(known) ?? { kind: 'recipe', recipe };
}

/** The keys that the outputs of an image should have, by the recipe alone. @throws KuvaError `output-key-too-long` */
export function wantedKeys(recipe: Recipe, image: ImageIdentity): WantedKey[] {
  return recipe.outputs.map((output) => {
    const key = keyOfOutput(output, image.key);
    return { output: output.name, key, alternative: markedKey(key, identityMark(image)) };
  });
}

/**
 * Makes a choice that waited for the header, and asks for the keys that it needs. What could be told before has its
 * keys since the attempt began.
 * @throws KuvaError `output-key-taken`, `output-key-too-long`, `lease-lost`, `database-*`
 */
export async function decide(
  parts: PipelineParts,
  attempt: Attempt,
  early: Choice | 'look',
  facts: ImageFacts,
  signal: AbortSignal,
): Promise<Decided> {
  const { image, size } = attempt;
  const choice = early === 'look' ? chooseFor(parts, { key: image.key, size, ...knownOf(facts) }) : early;
  // With the facts there is nothing left to look at.
  if (choice === 'look') throw new Error(`no rule could be told for ${image.key}`);
  if (choice.kind === 'skip') return choice;
  const decided = { kind: 'recipe', chosen: choice } as const;
  if (early !== 'look') return { ...decided, outputKeys: attempt.outputKeys };
  const { ledger, output, conflict, outages, clock, ending } = parts;
  const wanted = wantedKeys(choice.recipe, image);
  const granted = await patiently(
    () => ledger.grant(attempt, { wanted, outputBucket: output.bucket, conflict }),
    { resource: 'database', outages, clock, signal: ending },
  );
  signal.throwIfAborted();
  await parts.at?.('keys-granted');
  if (granted === 'lost') throw lost(attempt);
  if (granted === 'later') throw inOtherHands(attempt);
  return { ...decided, outputKeys: granted };
}

function lost({ image }: Attempt): KuvaError {
  return new KuvaError('lease-lost', {
    what: `Another worker has taken ${showKey(image.key)} over`,
    data: 'This one changes nothing more.',
  });
}

/** Waited for, as a thing that passes by itself: the image is not blamed. */
function inOtherHands({ image }: Attempt): KuvaError {
  return new KuvaError('interrupted', {
    what: `The name of an output of ${showKey(image.key)} is in another image's hands just now`,
    data: 'The input stays where it is, and is tried again in a moment.',
  });
}
