import { identityMark } from '../image/identity.ts';
import { markedKey } from '../image/outputKey.ts';
import type { ArchivedInput, Attempt } from '../ledger/contract/attempt.ts';
import type { Hold } from './hold.ts';
import type { PipelineParts } from './parts.ts';
import { patiently } from './patience.ts';
import { placeOutput } from './placeOutput.ts';
import type { ReadInput } from './readInput.ts';

/** Milliseconds that an image waits in memory for the store to come back, before it goes back to the queue. */
const storePatience = 30_000;

/**
 * Copies an input to the place for those that are done, before its records are committed: so they can say where it
 * is, and whoever finds them committed has only the input left to remove. Repeating it is harmless, as with outputs.
 * @returns undefined where inputs are not moved, or this one was read from there
 */
export async function archiveInput(
  parts: PipelineParts,
  attempt: Attempt,
  hold: Hold,
  { bytes, sha256 }: ReadInput,
  signal: AbortSignal,
): Promise<ArchivedInput | undefined> {
  const { archive, outages, clock, ending } = parts;
  const { image, source } = attempt;
  if (archive === undefined || source !== undefined) return undefined;
  const placed = await patiently(
    () =>
      placeOutput({
        store: archive,
        bytes,
        sha256,
        contentType: 'application/octet-stream',
        granted: { key: image.key },
        wantedKey: image.key,
        markedKey: markedKey(image.key, identityMark(image)),
        conflict: 'keep-both',
        share: false,
        counts: () => hold.ask(),
        signal,
      }),
    { resource: 'archive', outages, clock, signal: ending, limit: storePatience },
  );
  await parts.at?.('input-archived');
  return { bucket: archive.bucket, key: placed.key, etag: placed.etag };
}
