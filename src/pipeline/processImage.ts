import { KuvaError, toKuvaError } from '../image/failure.ts';
import { showKey } from '../image/key.ts';
import type { Attempt, Begin, QueuedImage, WantedKey } from '../ledger/contract/attempt.ts';
import type { DeleteOutcome, ObjectVersion } from '../store/contract.ts';
import type { Choice } from './choose/choose.ts';
import { chooseFor, wantedKeys } from './choose/decide.ts';
import type { ImageEnd } from './event.ts';
import { Hold } from './hold.ts';
import type { PipelineParts } from './parts.ts';
import { patiently } from './patience.ts';
import { Phases } from './phases.ts';
import { handOver } from './pictures.ts';
import { recordOutputs } from './recordOutputs.ts';
import { settleFailure } from './settleFailure.ts';

/**
 * One image's whole way, in the order that the promise asks for:
 *
 *     begin → GET → transform → SHA-256 → PUT every output → COMMIT records → DELETE input if unchanged → settle
 *
 * A rule that looks into the image is decided after its header was read; its outputs' keys are asked for then.
 * PUT before COMMIT before DELETE. Whatever stops it, wherever: doing it again is harmless, and finishes it.
 * Never throws; what happened is told by `parts.onEvent`.
 * @param stop aborted when the process must end at once; images under way are then left to their next attempt
 */
export async function processImage(
  parts: PipelineParts,
  queued: QueuedImage,
  stop: AbortSignal,
): Promise<void> {
  const phases = new Phases(parts.clock);
  const tell: Tell = (end, attempt) => {
    const { id, size } = queued;
    parts.onEvent({ ...end, id, size, attempt: attempt?.number, durations: phases.durations });
  };
  try {
    await parts.at?.('job-taken');
    const choice = chooseFor(parts, { key: queued.image.key, size: queued.size });
    const begun = await begin(parts, queued, choice, tell, stop);
    if (begun.outcome === 'begun') {
      await parts.at?.('begun');
      tell(await attemptImage(parts, begun.attempt, choice, phases, stop), begun.attempt);
    } else if (begun.outcome === 'exhausted') {
      tell({ kind: 'failed', image: queued.image, failure: exhausted(queued) });
    }
  } catch (thrown) {
    // The ledger could not be reached until the process had to stop, or refused: the next attempt decides.
    tell({ kind: 'postponed', image: queued.image, failure: toKuvaError(thrown) });
    // Do not spin if the ledger refuses everything.
    await parts.clock.pause(1_000, stop);
  }
}

type Tell = (end: ImageEnd, attempt?: Attempt) => void;

async function begin(
  parts: PipelineParts,
  queued: QueuedImage,
  choice: Choice | 'look',
  tell: Tell,
  stop: AbortSignal,
): Promise<Begin> {
  const ask = (wanted: readonly WantedKey[]): Promise<Begin> =>
    patiently(
      () =>
        parts.ledger.begin(queued.id, {
          worker: parts.worker,
          wanted,
          outputBucket: parts.output.bucket,
          conflict: parts.conflict,
          maxAttempts: parts.maxAttempts,
        }),
      { resource: 'database', outages: parts.outages, clock: parts.clock, signal: parts.ending },
    );
  try {
    return await ask(
      choice !== 'look' && choice.kind === 'recipe' ? wantedKeys(choice.recipe, queued.image) : [],
    );
  } catch (thrown) {
    const failure = toKuvaError(thrown);
    if (failure.retry !== 'never') throw failure;
    refuseToBlame(failure);
    // No key can be had for an output: begin without one, so that the image can be rejected with this reason.
    const begun = await ask([]);
    if (begun.outcome !== 'begun') return begun;
    tell(await settleFailure(parts, begun.attempt, failure, stop), begun.attempt);
    return { outcome: 'over', state: 'rejected' };
  }
}

async function attemptImage(
  parts: PipelineParts,
  attempt: Attempt,
  choice: Choice | 'look',
  phases: Phases,
  stop: AbortSignal,
): Promise<ImageEnd> {
  phases.durations['wait'] = attempt.waitedMs;
  const hold = new Hold(parts, attempt);
  try {
    const written = attempt.committed
      ? undefined
      : choice !== 'look' && choice.kind === 'skip'
        ? choice
        : await recordOutputs(parts, attempt, hold, choice, phases, stop);
    if (written === 'lost') return { kind: 'lost', image: attempt.image };
    if (written !== undefined && 'kind' in written)
      return await settleFailure(parts, attempt, skipped(attempt, written.rule), stop);
    if (written !== undefined) await parts.at?.('recorded');
    handOver(parts.pictures, written?.pictures);
    // A copy that was moved away before stays as well.
    const keeps = parts.keepsInputs === true && attempt.source === undefined;
    const input =
      keeps || attempt.source !== undefined
        ? 'kept'
        : await phases.time('delete', () => removeInput(parts, attempt, hold, written?.version, stop));
    await parts.at?.('input-removed');
    const settled = await inDatabase(parts, stop, () =>
      parts.ledger.settle(attempt, { state: 'done', ...(keeps && { kept: true }) }),
    );
    if (settled === 'lost') return { kind: 'lost', image: attempt.image };
    await parts.at?.('done');
    const outputs = (written?.records ?? []).map(({ outputKey, outputSha256, outputBytes }) => ({
      key: outputKey,
      sha256: outputSha256,
      bytes: outputBytes,
    }));
    return { kind: 'done', image: attempt.image, outputs, input };
  } catch (thrown) {
    refuseToBlame(thrown);
    return settleFailure(parts, attempt, stop.aborted ? interrupted(thrown) : toKuvaError(thrown), stop);
  }
}

/**
 * Removes the input, but only the version whose outputs are recorded. After a crash between COMMIT and DELETE
 * that version is named by its ETag.
 */
async function removeInput(
  parts: PipelineParts,
  attempt: Attempt,
  hold: Hold,
  read: ObjectVersion | undefined,
  stop: AbortSignal,
): Promise<DeleteOutcome> {
  const { image, size } = attempt;
  // The store compares the ETag. That nothing is to be seen under the key is for the store to say as well: a worker
  // that was killed may have had the file in its hands, and it would come back when everything seems over.
  const version = read ?? { key: image.key, etag: image.etag, size, lastModified: new Date(0) };
  if (read !== undefined) await untilLeftAlone(parts, read, stop);
  const remove = async (): Promise<DeleteOutcome> => {
    await hold.check();
    return parts.input.delete(version, stop);
  };
  return patiently(remove, {
    resource: 'removal',
    subject: image.key,
    outages: parts.outages,
    clock: parts.clock,
    signal: parts.ending,
    // A hiccup is waited for. Where removing has not worked for a while (a right is missing), nobody waits in line for
    // it: new images go on meanwhile.
    limit: parts.outages.lasting('removal') > 10_000 ? 0 : 30_000,
  });
}

/**
 * A file may have been taken soon after it was written. Whoever writes on after a pause must find it: it is removed only
 * when it has been left alone for the whole time, and then only if it is still what was read.
 */
async function untilLeftAlone(parts: PipelineParts, read: ObjectVersion, stop: AbortSignal): Promise<void> {
  const { clock, quiet = 0 } = parts;
  const age = Math.max(0, clock.now() - read.lastModified.getTime());
  if (age < quiet) await clock.pause(quiet - age, stop);
}

function inDatabase<T>(parts: PipelineParts, stop: AbortSignal, action: () => Promise<T>): Promise<T> {
  return patiently(action, {
    resource: 'database',
    outages: parts.outages,
    clock: parts.clock,
    signal: parts.ending,
  });
}

/** The ledger has set it aside already, with these words; here it is told. */
function exhausted({ image }: QueuedImage): KuvaError {
  return new KuvaError('transform-crashed', {
    what: `The attempts at ${showKey(image.key)} ended without a word: the worker was killed or cut off each time`,
    data: 'The input stays where it is.',
    remedy: 'Look whether this image needs more memory than the machine has; then use `kuva retry`.',
  });
}

function skipped({ image }: Attempt, rule: string): KuvaError {
  return new KuvaError('skipped-by-rule', {
    what: `${showKey(image.key)} is left alone, as the rule "${rule}" says`,
    data: 'It stays where it is.',
    remedy: 'When the rules have changed: `kuva retry --state skipped --all`.',
  });
}

/** A schema that is gone, or another program's, is not the image's fault: it stays as it is, and the worker ends. */
function refuseToBlame(thrown: unknown): void {
  if (thrown instanceof KuvaError && thrown.code === 'database-schema') throw thrown;
}

function interrupted(cause: unknown): KuvaError {
  return new KuvaError('interrupted', {
    what: 'The worker was told to stop at once',
    data: 'The input stays where it is and is processed by the next worker.',
    cause,
  });
}
