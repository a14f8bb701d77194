import { KuvaError, toKuvaError } from '../image/failure.ts';
import { type ObjectKey, showKey } from '../image/key.ts';
import type { GrantedKey, KeyConflict } from '../ledger/contract/attempt.ts';
import type { ObjectStore, ObjectVersion, PutOptions } from '../store/contract.ts';
import { sha256OfStream } from './hash.ts';

export interface Placement {
  readonly store: ObjectStore;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly contentType: string;
  /** Digest of the recipe that made it: told by the object itself, where the store can. */
  readonly recipe?: string;
  readonly granted: GrantedKey;
  /** What the recipe asked for; `granted` is another key when this one belongs to another image. */
  readonly wantedKey: ObjectKey;
  /** This image's own name, marked with its identity: no other image ever has it. */
  readonly markedKey: ObjectKey;
  readonly conflict: KeyConflict;
  /** May what lies under `wantedKey` with the same bytes stand for this output, though it belongs to another image? */
  readonly share: boolean;
  /** Rejects when the attempt no longer counts. */
  readonly counts: () => Promise<void>;
  readonly signal?: AbortSignal;
}

/**
 * Puts one output in its place, durably, without ever destroying what is not this image's own:
 *
 *   key belongs to another image, whose output has the same bytes → nothing to do (a picture put in twice; if `share`)
 *   key free → written
 *   the same bytes there → nothing to do (an earlier attempt wrote them)
 *   this image's own earlier output there → replaced
 *   something else there → as `conflict` says; by default the output gets its marked name beside it
 *
 * Harmless to repeat at any point. Nothing is overwritten by an attempt that no longer counts: what lies there is looked
 * at, then the ledger is asked, and then it is replaced only if it is still what was looked at. So what a successor has
 * written, with another version of the program or of the recipe, stays.
 * @throws KuvaError `output-key-taken` when `conflict` is `reject`; `lease-lost`; `store-*`
 */
export async function placeOutput(placement: Placement): Promise<ObjectVersion> {
  const { granted, wantedKey, conflict, sha256 } = placement;
  if (placement.share && granted.key !== wantedKey) {
    const there = await readThere(placement, wantedKey);
    if (there?.sha256 === sha256) return there.version;
  }
  const first = await tryPut(placement, granted.key);
  if (first.outcome === 'placed') return first.version;
  await placement.counts();
  if (first.there.etag === granted.previous?.etag || first.sha256 === granted.previous?.sha256) {
    return overwrite(placement, first.there);
  }
  switch (conflict) {
    case 'replace':
      return overwrite(placement, first.there);
    case 'reject':
      throw new KuvaError('output-key-taken', {
        what: `${showKey(granted.key)} exists already in ${placement.store.url} and was not made from this image`,
        data: 'Nothing was overwritten. The input stays where it is.',
        remedy: 'Remove or rename that object, or set `conflict: keep-both`; then use `kuva retry`.',
      });
    case 'keep-both': {
      const second = await tryPut(placement, placement.markedKey);
      // The mark is this image's alone: what lies there is an earlier try of its own, made by another version.
      return second.outcome === 'placed' ? second.version : overwrite(placement, second.there);
    }
  }
}

type Tried =
  | { readonly outcome: 'placed'; readonly version: ObjectVersion }
  | { readonly outcome: 'taken'; readonly there: ObjectVersion; readonly sha256: string };

/** Looks and writes under one name in a row. */
const mostTries = 5;

async function tryPut(placement: Placement, key: ObjectKey): Promise<Tried> {
  const { store, bytes, sha256, signal } = placement;
  for (let tries = 1; ; tries += 1) {
    try {
      const options = { ...written(placement), condition: 'absent' as const, ...(signal && { signal }) };
      return { outcome: 'placed', version: await store.put(key, bytes, options) };
    } catch (thrown) {
      // Said to be taken, and not there, again and again: that is for a later attempt.
      if (toKuvaError(thrown).code !== 'object-exists' || tries > mostTries) throw thrown;
    }
    const there = await readThere(placement, key);
    if (there === undefined) continue; // Removed in between: the key is free again.
    return there.sha256 === sha256
      ? { outcome: 'placed', version: there.version }
      : { outcome: 'taken', there: there.version, sha256: there.sha256 };
  }
}

async function overwrite(placement: Placement, there: ObjectVersion): Promise<ObjectVersion> {
  const { store, bytes, signal } = placement;
  await placement.counts();
  try {
    const condition = { etag: there.etag };
    return await store.put(there.key, bytes, { ...written(placement), condition, ...(signal && { signal }) });
  } catch (thrown) {
    const failure = toKuvaError(thrown);
    if (failure.retry !== 'gone') throw failure;
    // `gone` would mean the input; here it is the output that someone else changes at the same time.
    throw new KuvaError('object-exists', {
      what: `${showKey(there.key)} in ${store.url} was changed by someone else while it was being replaced`,
      data: 'The input stays where it is; the image is tried again.',
      cause: failure,
    });
  }
}

function written({
  contentType,
  sha256,
  recipe,
}: Placement): Pick<PutOptions, 'contentType' | 'sha256' | 'metadata'> {
  return { contentType, sha256, ...(recipe !== undefined && { metadata: { recipe } }) };
}

async function readThere(
  { store, signal }: Placement,
  key: ObjectKey,
): Promise<{ version: ObjectVersion; sha256: string } | undefined> {
  try {
    const { version, body } = await store.get(key, signal === undefined ? {} : { signal });
    return { version, sha256: await sha256OfStream(body) };
  } catch (thrown) {
    if (toKuvaError(thrown).retry === 'gone') return undefined;
    throw thrown;
  }
}
