/** Uploads of large objects in parts: create, upload each part, complete; or abort, so that no parts are left to pay for. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { KuvaError } from '../../image/failure.ts';
import { type ObjectKey, showKey } from '../../image/key.ts';
import type { ObjectVersion, PutOptions } from '../contract.ts';
import { drain, type S3Answer, type S3Client, textOf } from './client.ts';
import { interrupted } from './network.ts';
import { headObject } from './read.ts';
import { readRefusal } from './refusal.ts';
import { bareEtag } from './versionOf.ts';
import { conditionFailure, lookBefore, metadataHeaders, writtenVersion } from './write.ts';
import { parseXml, plainText, tryXml } from './xml.ts';

const createdSchema = z.object({ InitiateMultipartUploadResult: z.object({ UploadId: z.string().min(1) }) });
const completedSchema = z.object({ CompleteMultipartUploadResult: z.object({ ETag: z.string() }) });

/** Amazon allows 10,000 parts. */
const maxParts = 10_000;

export interface UploadOptions extends Pick<PutOptions, 'contentType' | 'metadata' | 'condition' | 'signal'> {
  /** Headers of the completion that hold the condition; undefined: the server keeps none, so look before. */
  readonly guard: Readonly<Record<string, string>> | undefined;
}

export interface PartsOptions extends PutOptions {
  readonly partSize: number;
  /** Headers of the completion that hold the condition; undefined: the server keeps none, so look before. */
  readonly guard: Readonly<Record<string, string>> | undefined;
}

/** @throws KuvaError `object-exists`, `object-changed`, `store-*` */
export async function putInParts(
  client: S3Client,
  key: ObjectKey,
  body: Uint8Array,
  options: PartsOptions,
): Promise<ObjectVersion> {
  return uploadParts(client, key, options, async (sendPart) => {
    const size = Math.max(options.partSize, Math.ceil(body.length / maxParts));
    const whole = createHash('sha256');
    for (let start = 0; start < body.length; start += size) {
      const part = body.subarray(start, start + size);
      whole.update(part);
      await sendPart(part);
    }
    // The server checks each part; that the parts make up what the caller meant is checked here.
    if (whole.digest('hex') !== options.sha256) throw otherBytes(key);
  });
}

/**
 * Begins an upload, has its parts sent one after the other (5 MiB or more each but the last), and completes it; or
 * aborts it when `send` throws.
 */
export async function uploadParts(
  client: S3Client,
  key: ObjectKey,
  options: UploadOptions,
  send: (sendPart: (part: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<ObjectVersion> {
  const doing = `writing ${showKey(key)} to ${client.url} in parts`;
  const { signal } = options;
  const started = await client.send({
    method: 'POST',
    key,
    query: { uploads: '' },
    headers: { 'content-type': options.contentType, ...metadataHeaders(options.metadata) },
    doing,
    // Not broken off: an upload whose number was never heard could not be ended, and its parts are paid for.
  });
  const { InitiateMultipartUploadResult: created } = parseXml(
    createdSchema,
    await textOf(started, doing),
    doing,
  );
  const uploadId = plainText(created.UploadId);
  try {
    if (signal?.aborted === true) throw interrupted(doing, signal.reason);
    await client.at('s3.upload-begun');
    const parts: string[] = [];
    let size = 0;
    await send(async (part) => {
      const answer = await client.send({
        method: 'PUT',
        key,
        query: { partNumber: String(parts.length + 1), uploadId },
        body: part,
        sha256: createHash('sha256').update(part).digest('hex'),
        doing,
        signal,
      });
      await drain(answer);
      parts.push(answer.headers.get('etag') ?? '');
      size += part.length;
      await client.at('s3.part-sent');
    });
    await client.at('s3.parts-sent');
    if (options.condition !== undefined && options.guard === undefined) {
      await lookBefore(client, key, options.condition, signal);
    }
    const version = await complete(client, key, size, uploadId, parts, options, doing);
    await client.at('s3.upload-completed');
    return version;
  } catch (failure) {
    await abort(client, key, uploadId);
    throw failure;
  }
}

/** @returns KuvaError `store-corrupted` */
export function otherBytes(key: ObjectKey): KuvaError {
  return new KuvaError('store-corrupted', {
    what: `The bytes of ${showKey(key)} do not have the SHA-256 that was computed for them`,
    data: 'Nothing was written.',
    remedy: 'If it happens again, check the memory of this machine.',
  });
}

async function complete(
  client: S3Client,
  key: ObjectKey,
  size: number,
  uploadId: string,
  parts: readonly string[],
  options: UploadOptions,
  doing: string,
): Promise<ObjectVersion> {
  const list = parts.map(
    (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
  );
  const body = Buffer.from(
    `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${list.join('')}</CompleteMultipartUpload>`,
  );
  const answer = await client.send({
    method: 'POST',
    key,
    query: { uploadId },
    headers: { 'content-type': 'application/xml', ...options.guard },
    body,
    sha256: createHash('sha256').update(body).digest('hex'),
    expect: [404, 412],
    doing,
    signal: options.signal,
    // A second one would find the upload gone and call the finished object a failure.
    repeatable: false,
  });
  if (answer.refusal !== undefined)
    throw conditionFailure(client, key, options.condition, answer.refusal, doing);
  const text = await textOf(answer, doing);
  const done = tryXml(completedSchema, text)?.CompleteMultipartUploadResult;
  // The status is sent before the work is done: a refusal may come in the body of a 200.
  if (done === undefined) throw conditionFailure(client, key, options.condition, lateRefusal(text), doing);
  const etag = plainText(done.ETag);
  if (etag !== '') return writtenVersion(client, key, size, answer, etag);
  // Ceph RGW 16 leaves it empty, but makes it as Amazon does; a look confirms that.
  const there = await headObject(client, key, options.signal);
  if (there?.etag === etagOfParts(parts)) return there;
  throw new KuvaError('object-changed', {
    what: `${showKey(key)} in ${client.url} was replaced as soon as it was written`,
    data: 'The object that is there now was left alone.',
    remedy: 'See who else writes to this bucket.',
  });
}

/** The MD5 of the parts' MD5s, and their number: how Amazon and Ceph make the ETag of such an object. */
function etagOfParts(parts: readonly string[]): string {
  const digests = Buffer.concat(parts.map((etag) => Buffer.from(bareEtag(etag), 'hex')));
  return `${createHash('md5').update(digests).digest('hex')}-${parts.length}`;
}

function lateRefusal(text: string): NonNullable<S3Answer['refusal']> {
  const refusal = readRefusal(500, text);
  return refusal.code === 'PreconditionFailed' ? { ...refusal, status: 412 } : refusal;
}

/** Whatever made the upload fail is told, not what may happen here; a bucket's lifecycle rule is the second net. */
async function abort(client: S3Client, key: ObjectKey, uploadId: string): Promise<void> {
  const doing = `ending an upload of ${showKey(key)}`;
  try {
    await drain(await client.send({ method: 'DELETE', key, query: { uploadId }, expect: [404], doing }));
  } catch {
    // The server is unreachable, or the upload is complete after all.
  }
}
