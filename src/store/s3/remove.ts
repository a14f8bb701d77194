import { type ObjectKey, showKey } from '../../image/key.ts';
import type { DeleteOutcome, ObjectVersion } from '../contract.ts';
import { drain, type S3Answer, type S3Client } from './client.ts';
import { isBrokenOff } from './network.ts';
import { headObject } from './read.ts';
import { refusalFailure } from './refusal.ts';
import { etagIn, removalOf, type S3Traits } from './traits.ts';

/**
 * Removes one version and no other, as exactly as the bucket allows.
 * @throws KuvaError `store-*`, `bucket-missing`
 */
export async function removeVersion(
  client: S3Client,
  version: ObjectVersion,
  traits: S3Traits,
  signal?: AbortSignal,
): Promise<DeleteOutcome> {
  // A version with an id is never overwritten, whatever the bucket's versioning is now.
  if (isNamed(version.versionId)) return removeNamed(client, version.key, version.versionId, signal);
  if (traits.versioning === 'off' && removalOf(traits) === 'if-match' && traits.deleteIfMatch !== undefined) {
    const guard = { 'if-match': etagIn(traits.deleteIfMatch, version.etag) };
    const answer = await sendDelete(client, version.key, { headers: guard, signal });
    if (answer.refusal === undefined) return 'deleted';
    return answer.refusal.status === 404 ? 'missing' : missingOrChanged(client, version, signal);
  }
  if (isLongThere(version, traits) && (await removeOld(client, version, signal))) return 'deleted';
  try {
    return await compareAndRemove(client, version, traits, signal);
  } catch (failure) {
    if (!isBrokenOff(failure)) throw failure;
    // The DELETE may have been carried out, and somebody may have put a new object there: look again first.
    return compareAndRemove(client, version, traits, signal);
  }
}

/** Ceph tells no id, Amazon tells `null`, of an object that was written while the bucket kept no versions. */
function isNamed(versionId: string | undefined): versionId is string {
  return versionId !== undefined && versionId !== 'null';
}

/**
 * Milliseconds for which an object must have lain there when it was read, to be removed without another look: by how much
 * the clocks of a service's gateways may differ, with room. (Ceph's monitors complain of 50 ms.)
 */
const longThere = 10_000;

/**
 * Whatever replaced such an object after it had been read has a later second than the object, whatever the processing
 * took: so the server's comparison of whole seconds leaves no window, and a look adds nothing.
 */
function isLongThere({ age = 0 }: ObjectVersion, traits: S3Traits): boolean {
  return traits.versioning === 'off' && traits.deleteIfUnmodifiedSince && age >= longThere;
}

/**
 * False: the server refused, since something newer is there. Ceph answers alike where nothing is there any more: then
 * that version is gone as well. Harmless to repeat: what somebody puts there meanwhile is newer.
 */
async function removeOld(client: S3Client, version: ObjectVersion, signal?: AbortSignal): Promise<boolean> {
  await client.at('s3.compared');
  const headers = { 'x-amz-delete-if-unmodified-since': version.lastModified.toISOString() };
  const answer = await sendDelete(client, version.key, { headers, signal });
  return answer.refusal === undefined;
}

async function compareAndRemove(
  client: S3Client,
  version: ObjectVersion,
  traits: S3Traits,
  signal?: AbortSignal,
): Promise<DeleteOutcome> {
  const there = await headObject(client, version.key, signal);
  if (there === undefined) return 'missing';
  if (there.etag !== version.etag || wasPutAgain(version, there)) return 'changed';
  await client.at('s3.compared');
  if (isNamed(there.versionId)) return removeNamed(client, version.key, there.versionId, signal);
  const since =
    traits.versioning === 'off' && traits.deleteIfUnmodifiedSince
      ? { 'x-amz-delete-if-unmodified-since': there.lastModified.toISOString() }
      : {};
  // Without the id a bucket that keeps versions, or kept them once, would hide the object behind a marker.
  const query = traits.versioning === 'off' ? {} : { versionId: 'null' };
  const answer = await sendDelete(client, version.key, { query, headers: since, repeatable: false, signal });
  if (answer.refusal === undefined) return 'deleted';
  return answer.refusal.status === 404 ? 'missing' : 'changed';
}

/**
 * The same bytes were put there once more after this version had been read: an upload of its own, not yet looked at.
 * Headers tell whole seconds, listings more. A later one only: what a write returned has the time of its answer, which may
 * be a second after the object's own. A version that is only known from the ledger tells no time.
 */
function wasPutAgain(read: ObjectVersion, there: ObjectVersion): boolean {
  const seconds = ({ lastModified }: ObjectVersion): number => Math.floor(lastModified.getTime() / 1000);
  return seconds(read) > 0 && seconds(there) > seconds(read);
}

async function removeNamed(
  client: S3Client,
  key: ObjectKey,
  versionId: string,
  signal?: AbortSignal,
): Promise<DeleteOutcome> {
  const answer = await sendDelete(client, key, { query: { versionId }, signal });
  return answer.refusal === undefined ? 'deleted' : 'missing';
}

async function missingOrChanged(
  client: S3Client,
  version: ObjectVersion,
  signal?: AbortSignal,
): Promise<DeleteOutcome> {
  return (await headObject(client, version.key, signal)) === undefined ? 'missing' : 'changed';
}

interface DeleteRequest {
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly repeatable?: boolean;
  readonly expect?: readonly number[];
  readonly signal?: AbortSignal | undefined;
}

/** One DELETE; what is expected (the object's 404 and a 412) comes back as a refusal, all else is thrown. */
export async function sendDelete(client: S3Client, key: string, request: DeleteRequest): Promise<S3Answer> {
  const doing = `removing ${showKey(key)} from ${client.url}`;
  const answer = await client.send({ method: 'DELETE', key, expect: [404, 412], ...request, doing });
  if (answer.refusal?.code === 'NoSuchBucket') throw refusalFailure(answer.refusal, doing);
  await drain(answer);
  return answer;
}
