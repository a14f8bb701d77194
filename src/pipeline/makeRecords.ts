import { KuvaError, toKuvaError } from '../image/failure.ts';
import { identityMark } from '../image/identity.ts';
import { showKey } from '../image/key.ts';
import { markedKey } from '../image/outputKey.ts';
import { keyOfOutput, type Recipe, recipeDigest } from '../image/recipe.ts';
import { showBytes } from '../image/quantity.ts';
import type { ArchivedInput, Attempt } from '../ledger/contract/attempt.ts';
import type { NewRecord } from '../ledger/contract/record.ts';
import type { ObjectVersion } from '../store/contract.ts';
import type { ImageFacts, MadeImage } from '../transform/contract.ts';
import { archiveInput } from './archiveInput.ts';
import { takeRoom } from './budgets.ts';
import type { Choice } from './choose/choose.ts';
import { type Decided, decide } from './choose/decide.ts';
import { sha256Of } from './hash.ts';
import type { Hold } from './hold.ts';
import type { PipelineParts } from './parts.ts';
import { patiently } from './patience.ts';
import type { Phases } from './phases.ts';
import { type Pictures, wantedPictures } from './pictures.ts';
import { placeOutput } from './placeOutput.ts';
import { type ReadInput, readAttempt } from './readInput.ts';

/** Milliseconds that an image waits in memory for a store to come back, before it goes back to the queue. */
const storePatience = 30_000;

export interface MadeRecords {
  /** By which recipe. */
  readonly chosen: Extract<Choice, { kind: 'recipe' }>;
  readonly version: ObjectVersion;
  readonly records: readonly NewRecord[];
  /** If somebody wants to look at them. */
  readonly pictures: Pictures | undefined;
  /** The copy of the input, where it is moved when it is done. */
  readonly archived: ArchivedInput | undefined;
}

/** The image is left alone. */
export type Skip = Extract<Choice, { kind: 'skip' }>;

/**
 * From the input's bytes to durable outputs: GET → header and limits → decode once → outputs → SHA-256 → PUT. What
 * it returns is true when it returns: every output lies in the output bucket with the hash that its record names.
 * @param choice `look`: the header tells
 * @param share the same bytes that another image has put under the wanted name will do
 */
export async function makeRecords(
  parts: PipelineParts,
  attempt: Attempt,
  hold: Hold,
  choice: Choice | 'look',
  phases: Phases,
  signal: AbortSignal,
  share: boolean,
): Promise<MadeRecords | Skip> {
  const { budgets, clock, outages, transformer } = parts;
  refuseHuge(attempt, parts.maxInputBytes);
  const room = await takeRoom(budgets, attempt.size, signal);
  try {
    const patience = { outages, clock, signal: parts.ending, limit: storePatience };
    const source = await phases.time('get', () =>
      patiently(() => readAttempt(parts, attempt, signal), {
        ...patience,
        resource: 'reading',
        subject: attempt.image.key,
      }),
    );
    await parts.at?.('read');
    const facts = await patiently(() => transformer.inspect(source.bytes, signal), {
      ...patience,
      resource: 'decoder',
    });
    const decided = await decide(parts, attempt, choice, facts, signal);
    if (decided.kind === 'skip') return decided;
    const { recipe } = decided.chosen;
    // What it takes to decode, and the copy of its bytes that crosses to where that happens.
    const weight = transformer.weigh(facts, recipe) + source.bytes.length;
    refuseHeavy(attempt, weight, budgets.images.capacity);
    const imageLease = await budgets.images.take(weight, signal);
    try {
      const made = await transform(parts, attempt, source, facts, recipe, phases, signal);
      await parts.at?.('transformed');
      imageLease.shrinkTo(made.reduce((sum, output) => sum + output.bytes.length, 0));
      const records: NewRecord[] = [];
      for (const output of made) {
        const sha256 = output.sha256 ?? (await phases.time('hash', () => sha256Of(output.bytes)));
        await parts.at?.('output-due');
        const placed = await phases.time('put', () =>
          patiently(() => place(parts, attempt, hold, decided, output, sha256, share, signal), {
            ...patience,
            resource: 'output',
            subject: attempt.image.key,
          }),
        );
        await parts.at?.('output-placed');
        records.push(record(parts, source, facts, output, sha256, placed, phases));
      }
      const archived = await archiveInput(parts, attempt, hold, source, signal);
      const pictures = picturesOf(parts, attempt, source, made, records);
      if (pictures === undefined) {
        // Only here: after a failure, a request or a decoder that was broken off may still look at the bytes.
        source.release?.();
        for (const output of made) output.release?.();
      }
      return { chosen: decided.chosen, archived, version: source.version, records, pictures };
    } finally {
      imageLease.release();
    }
  } finally {
    room.release();
  }
}

async function transform(
  parts: PipelineParts,
  { image }: Attempt,
  source: ReadInput,
  facts: ImageFacts,
  recipe: Recipe,
  phases: Phases,
  signal: AbortSignal,
): Promise<MadeImage[]> {
  const { outages, clock, ending, transformer } = parts;
  const turn = await parts.budgets.turns.take(1, signal);
  try {
    return await phases.time('transform', () =>
      patiently(() => transformer.apply(source.bytes, facts, recipe, signal, image.key), {
        outages,
        clock,
        signal: ending,
        limit: storePatience,
        resource: 'decoder',
      }),
    );
  } finally {
    turn.release();
  }
}

function picturesOf(
  parts: PipelineParts,
  { imageId }: Attempt,
  { bytes, sha256 }: ReadInput,
  [made]: readonly MadeImage[],
  [record]: readonly NewRecord[],
): Pictures | undefined {
  if (parts.pictures === undefined || made === undefined || record === undefined) return undefined;
  const after = { bytes: made.bytes, sha256: record.outputSha256 };
  return wantedPictures(parts.pictures, { imageId, before: { bytes, sha256 }, after });
}

function place(
  parts: PipelineParts,
  attempt: Attempt,
  hold: Hold,
  { chosen, outputKeys }: Extract<Decided, { kind: 'recipe' }>,
  output: MadeImage,
  sha256: string,
  share: boolean,
  signal: AbortSignal,
): Promise<ObjectVersion> {
  const granted = outputKeys.get(output.output);
  const recipe = chosen.recipe.outputs.find(({ name }) => name === output.output);
  if (granted === undefined || recipe === undefined) {
    throw toKuvaError(new Error(`the ledger granted no key for the output "${output.output}"`));
  }
  const wantedKey = keyOfOutput(recipe, attempt.image.key);
  return placeOutput({
    store: parts.output,
    bytes: output.bytes,
    sha256,
    contentType: output.contentType,
    recipe: recipeDigest(chosen.recipe),
    granted,
    wantedKey,
    markedKey: markedKey(wantedKey, identityMark(attempt.image)),
    conflict: parts.conflict,
    share,
    counts: () => hold.ask(),
    signal,
  });
}

function record(
  parts: PipelineParts,
  source: ReadInput,
  facts: ImageFacts,
  made: MadeImage,
  sha256: string,
  placed: ObjectVersion,
  phases: Phases,
): NewRecord {
  return {
    output: made.output,
    inputBytes: source.bytes.length,
    inputSha256: source.sha256,
    ...(source.version.versionId !== undefined && { inputVersionId: source.version.versionId }),
    inputFormat: facts.format,
    inputWidth: facts.width,
    inputHeight: facts.height,
    inputPages: facts.pages,
    outputBucket: parts.output.bucket,
    outputKey: placed.key,
    outputEtag: placed.etag,
    outputBytes: made.bytes.length,
    outputSha256: sha256,
    outputFormat: made.format,
    outputWidth: made.width,
    outputHeight: made.height,
    outputPages: made.pages,
    way: made.how.way,
    ...(made.how.way === 'pixels' && made.how.why !== undefined && { wayReason: made.how.why }),
    ...(made.facts !== undefined && { facts: made.facts }),
    durations: { ...phases.durations },
  };
}

function refuseHuge(attempt: Attempt, limit: number): void {
  if (attempt.size <= limit) return;
  throw new KuvaError('image-too-large', {
    what: `${showKey(attempt.image.key)} has ${showBytes(attempt.size)}, and the limit is ${showBytes(limit)}`,
    data: 'It was not read, and stays where it is.',
    remedy: 'Raise `limits: bytes:` in kuva.yaml if you trust it, then use `kuva retry`.',
  });
}

function refuseHeavy(attempt: Attempt, weight: number, capacity: number): void {
  if (weight <= capacity) return;
  throw new KuvaError('image-too-large', {
    what: `${showKey(attempt.image.key)} would need ${showBytes(weight)} of memory, and this worker may use ${showBytes(capacity)} for images`,
    data: 'It was not decoded, and stays where it is.',
    remedy:
      'Raise `worker: memory:` in kuva.yaml, or run a worker on a larger machine; then use `kuva retry`.',
  });
}
