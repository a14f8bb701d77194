/**
 * Finds out what a bucket's server really does with conditions, by looking at what became of a scratch object.
 * A status proves nothing: Ceph RGW 16 answers 204 to a DELETE whose If-Match does not match, and removes the object.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { KuvaError } from '../../image/failure.ts';
import type { ObjectKey } from '../../image/key.ts';
import type { ObjectVersion } from '../contract.ts';
import { scratchKey } from '../scratch.ts';
import { drain, type S3Answer, type S3Client, textOf } from './client.ts';
import { headObject } from './read.ts';
import { sendDelete } from './remove.ts';
import { sweepScratch } from './sweep.ts';
import { cautiousTraits, type EtagForm, etagIn, type S3Traits } from './traits.ts';
import { parseXml } from './xml.ts';

const forms: readonly EtagForm[] = ['quoted', 'bare'];

/** @throws KuvaError `store-*`, `bucket-missing`; not for a missing right, which is told in `untried` */
export async function probeTraits(client: S3Client): Promise<S3Traits> {
  const scratch = scratchObject(client);
  try {
    const declared = await declaredVersioning(client);
    const first = await scratch.put('first', { 'if-none-match': '*' }).catch(deniedAsUndefined);
    if (first === undefined) {
      return {
        ...cautiousTraits,
        versioning: declared ?? 'off',
        untried: 'these credentials may not write here, so the server could not be tried out',
      };
    }
    const versioning = effectiveVersioning(first, declared);
    const writes = await probeWrites(scratch);
    const removals = versioning === 'off' ? await probeRemovals(scratch) : {};
    return { ...cautiousTraits, versioning, ...writes, ...removals };
  } finally {
    await sweepScratch(client, scratch.key, scratch.written);
  }
}

interface ScratchObject {
  readonly key: ObjectKey;
  /** Version ids, undefined where there are none. */
  readonly written: readonly (string | undefined)[];
  /** Resolves also when the server refuses for the condition's sake or does not know it. */
  put(text: string, headers?: Record<string, string>): Promise<S3Answer>;
  remove(headers: Record<string, string>): Promise<S3Answer>;
  look(): Promise<ObjectVersion | undefined>;
}

function scratchObject(client: S3Client): ScratchObject {
  const key = scratchKey();
  const doing = `trying out ${client.url}`;
  const written: (string | undefined)[] = [];
  return {
    key,
    written,
    async put(text, headers = {}) {
      const body = Buffer.from(text);
      const sha256 = createHash('sha256').update(body).digest('hex');
      const expect = [400, 404, 409, 412, 501];
      const answer = await client.send({ method: 'PUT', key, body, sha256, headers, expect, doing });
      if (answer.refusal?.code === 'NoSuchBucket') await headObject(client, key);
      await drain(answer);
      if (answer.refusal === undefined) written.push(answer.headers.get('x-amz-version-id'));
      return answer;
    },
    remove: (headers) => sendDelete(client, key, { headers, expect: [400, 404, 409, 412, 501] }),
    look: () => headObject(client, key),
  };
}

/** A put that must be refused: was it, and is the object still the one that was there? */
async function leavesAlone(
  scratch: ScratchObject,
  headers: Record<string, string>,
  text: string,
): Promise<boolean> {
  const before = await scratch.look();
  const answer = await scratch.put(text, headers);
  const after = await scratch.look();
  return answer.status === 412 && before !== undefined && before.etag === after?.etag;
}

async function probeWrites(scratch: ScratchObject): Promise<Pick<S3Traits, 'putIfAbsent' | 'putIfMatch'>> {
  const putIfAbsent = await leavesAlone(scratch, { 'if-none-match': '*' }, 'second');
  for (const form of forms) {
    const other = '00000000000000000000000000000000';
    if (!(await leavesAlone(scratch, { 'if-match': etagIn(form, other) }, 'third'))) continue;
    const there = await scratch.look();
    if (there === undefined) continue;
    const text = `fourth, ${form}`;
    const taken = await scratch.put(text, { 'if-match': etagIn(form, there.etag) });
    if (taken.status < 300 && (await scratch.look())?.etag !== there.etag)
      return { putIfAbsent, putIfMatch: form };
  }
  return { putIfAbsent, putIfMatch: undefined };
}

async function probeRemovals(
  scratch: ScratchObject,
): Promise<Pick<S3Traits, 'deleteIfMatch' | 'deleteIfUnmodifiedSince' | 'untried'>> {
  const none = { deleteIfMatch: undefined, deleteIfUnmodifiedSince: false };
  try {
    for (const form of forms) {
      const other = etagIn(form, '00000000000000000000000000000000');
      if (await removesOnly(scratch, 'if-match', other, (there) => etagIn(form, there.etag))) {
        return { ...none, deleteIfMatch: form };
      }
    }
    // Not the year 1970: Ceph takes that for no time at all.
    const longAgo = new Date(Date.now() - 24 * 60 * 60 * 1000).toISOString();
    const deleteIfUnmodifiedSince = await removesOnly(
      scratch,
      'x-amz-delete-if-unmodified-since',
      longAgo,
      (there) => there.lastModified.toISOString(),
    );
    return { ...none, deleteIfUnmodifiedSince };
  } catch (failure) {
    if (!isDenied(failure)) throw failure;
    return { ...none, untried: 'these credentials may not remove here, so that could not be tried out' };
  }
}

/** Does a DELETE with the wrong value leave the object alone, and one with the right value remove it? */
async function removesOnly(
  scratch: ScratchObject,
  header: string,
  wrong: string,
  right: (there: ObjectVersion) => string,
): Promise<boolean> {
  let there = await scratch.look();
  if (there === undefined) {
    await scratch.put('again');
    there = await scratch.look();
  }
  if (there === undefined) return false;
  const refused = await scratch.remove({ [header]: wrong });
  if (refused.refusal === undefined || (await scratch.look())?.etag !== there.etag) return false;
  const taken = await scratch.remove({ [header]: right(there) });
  return taken.refusal === undefined && (await scratch.look()) === undefined;
}

const versioningSchema = z.object({
  VersioningConfiguration: z.union([z.object({ Status: z.string().optional() }), z.literal('')]),
});

/** What the bucket says of itself; undefined where that right is missing. */
async function declaredVersioning(client: S3Client): Promise<S3Traits['versioning'] | undefined> {
  const doing = `asking ${client.url} whether it keeps versions`;
  const answer = await client
    .send({ method: 'GET', query: { versioning: '' }, expect: [400, 405, 501], doing })
    .catch(deniedAsUndefined);
  if (answer === undefined || answer.refusal !== undefined) return undefined;
  const { VersioningConfiguration: found } = parseXml(versioningSchema, await textOf(answer, doing), doing);
  const status = found === '' ? undefined : found.Status;
  return status === 'Enabled' ? 'enabled' : status === 'Suspended' ? 'suspended' : 'off';
}

/** A write tells by its answer: an id of its own, `null`, or none. Ceph tells none where versioning is suspended. */
function effectiveVersioning(
  written: S3Answer,
  declared: S3Traits['versioning'] | undefined,
): S3Traits['versioning'] {
  const id = written.headers.get('x-amz-version-id');
  if (id !== undefined && id !== 'null') return 'enabled';
  return id === 'null' || declared === 'suspended' ? 'suspended' : 'off';
}

function isDenied(failure: unknown): boolean {
  return (
    failure instanceof KuvaError &&
    (failure.code === 'store-denied' || failure.code === 'store-full' || failure.code === 'store-readonly')
  );
}

function deniedAsUndefined(failure: unknown): undefined {
  if (!isDenied(failure)) throw failure;
}
