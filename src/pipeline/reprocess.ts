import { recipeDigest } from '../image/recipe.ts';
import type { FinishedImage } from '../ledger/contract/images.ts';
import type { Ledger } from '../ledger/contract/ledger.ts';
import type { Chooser } from './choose/choose.ts';

export interface ReprocessOptions {
  readonly ledger: Pick<Ledger, 'finished' | 'reprocess'>;
  readonly chooser: Chooser;
  /** The bucket that inputs are moved to when they are done. */
  readonly archive: string | undefined;
  readonly filter: Parameters<Ledger['finished']>[0];
  /** Only what this rule chose the recipe of. */
  readonly rule?: string;
  /** Also what the recipe of today made already. */
  readonly unchanged: boolean;
  readonly signal: AbortSignal;
}

/** Why an image that is done would be made once more, or not. */
export type Verdict =
  | 'again'
  /** The recipe of today is the one that made it. */
  | 'unchanged'
  /** Its input was removed when it was done. */
  | 'gone'
  /** Its input was moved to another place than the configured one. */
  | 'elsewhere'
  /** A rule leaves such images alone now. */
  | 'skipped';

export type Verdicts = Readonly<Record<Verdict, number>>;

/** Images in one statement. */
const batchSize = 500;

/** How many there are of each kind; changes nothing. */
export async function countReprocessable(options: ReprocessOptions): Promise<Verdicts> {
  const counts = { again: 0, unchanged: 0, gone: 0, elsewhere: 0, skipped: 0 };
  for await (const { verdict } of judged(options)) counts[verdict]++;
  return counts;
}

/**
 * Queues them for another round. Those that are queued are no longer done, and those that the recipe of today has made
 * are unchanged: stopped and begun anew, it goes on where it was.
 * @returns how many
 */
export async function queueReprocessable(options: ReprocessOptions): Promise<number> {
  let queued = 0;
  let batch: bigint[] = [];
  const flush = async (): Promise<void> => {
    queued += await options.ledger.reprocess(batch);
    batch = [];
  };
  for await (const { image, verdict } of judged(options)) {
    if (verdict === 'again') batch.push(image.id);
    if (batch.length === batchSize) await flush();
  }
  if (batch.length > 0) await flush();
  return queued;
}

async function* judged(
  options: ReprocessOptions,
): AsyncGenerator<{ readonly image: FinishedImage; readonly verdict: Verdict }> {
  const digests = new Set(options.chooser.recipes.map(recipeDigest));
  for await (const image of options.ledger.finished(options.filter)) {
    options.signal.throwIfAborted();
    if (options.rule !== undefined && image.newest?.rule !== options.rule) continue;
    yield { image, verdict: judge(options, image, digests) };
  }
}

function judge(
  { chooser, archive, unchanged }: ReprocessOptions,
  { input, archiveBucket, image, size, newest }: FinishedImage,
  digests: ReadonlySet<string>,
): Verdict {
  if (input === 'gone') return 'gone';
  if (input === 'archive' && archiveBucket !== archive) return 'elsewhere';
  // What the file says about itself was not written down: where a rule asks for it, it is made anew if its recipe is
  // none of today's.
  const choice = chooser.choose({ key: image.key, size, ...(newest !== undefined && { facts: newest }) });
  if (choice !== 'look' && choice.kind === 'skip') return 'skipped';
  if (unchanged || newest === undefined) return 'again';
  const same =
    choice === 'look'
      ? digests.has(newest.recipeDigest)
      : recipeDigest(choice.recipe) === newest.recipeDigest;
  return same ? 'unchanged' : 'again';
}
