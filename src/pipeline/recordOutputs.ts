import { toKuvaError } from '../image/failure.ts';
import { recipeDigest, recipeText } from '../image/recipe.ts';
import type { Attempt } from '../ledger/contract.ts';
import type { Hold } from './hold.ts';
import { type MadeRecords, makeRecords } from './makeRecords.ts';
import type { PipelineParts } from './parts.ts';
import type { Phases } from './phases.ts';

/**
 * Makes the outputs and commits their records. `lost`: the attempt no longer counts, and nothing was recorded.
 * @throws KuvaError as {@link makeRecords}; `output-key-taken`
 */
export async function recordOutputs(
  parts: PipelineParts,
  attempt: Attempt,
  hold: Hold,
  phases: Phases,
  stop: AbortSignal,
): Promise<MadeRecords | 'lost'> {
  const recipe = { digest: recipeDigest(parts.recipe), text: recipeText(parts.recipe) };
  const once = async (share: boolean): ReturnType<typeof recordOutputs> => {
    const made = await makeRecords(parts, attempt, hold, phases, stop, share);
    const committed = await hold.proving(
      () => parts.ledger.commit(attempt, made.records, recipe),
      (answer) => answer === 'committed',
    );
    return committed === 'lost' ? 'lost' : made;
  };
  try {
    return await once(true);
  } catch (thrown) {
    if (parts.conflict !== 'keep-both' || toKuvaError(thrown).code !== 'output-key-taken') throw thrown;
    // The same picture under another name, whose output lies there and is not recorded: its worker is about to, or was
    // killed and its owner has taken the image away. It is not ours to name; ours gets the name that was granted.
    return once(false);
  }
}
