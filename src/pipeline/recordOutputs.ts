import { toKuvaError } from '../image/failure.ts';
import { recipeDigest, recipeText } from '../image/recipe.ts';
import type { Choice } from './choose/choose.ts';
import type { Attempt } from '../ledger/contract/attempt.ts';
import type { Hold } from './hold.ts';
import { type MadeRecords, makeRecords, type Skip } from './makeRecords.ts';
import type { PipelineParts } from './parts.ts';
import type { Phases } from './phases.ts';

/**
 * Makes the outputs and commits their records. `lost`: the attempt no longer counts, and nothing was recorded. A choice
 * to skip the image, which its header led to, comes back as it is.
 * @param choice `look`: it takes the header to tell
 * @throws KuvaError as {@link makeRecords}; `output-key-taken`
 */
export async function recordOutputs(
  parts: PipelineParts,
  attempt: Attempt,
  hold: Hold,
  choice: Choice | 'look',
  phases: Phases,
  stop: AbortSignal,
): Promise<MadeRecords | Skip | 'lost'> {
  const once = async (share: boolean): ReturnType<typeof recordOutputs> => {
    const made = await makeRecords(parts, attempt, hold, choice, phases, stop, share);
    if ('kind' in made) return made;
    const { recipe, rule } = made.chosen;
    const note = {
      digest: recipeDigest(recipe),
      text: recipeText(recipe),
      ...(rule !== undefined && { rule }),
    };
    const committed = await hold.proving(
      () => parts.ledger.commit(attempt, made.records, note, made.archived),
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
