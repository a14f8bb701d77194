import { finished } from 'node:stream/promises';
import { Pool } from 'undici';
import type { At } from '../../image/crashPoint.ts';
import { KuvaError } from '../../image/failure.ts';
import { pathOf, queryText } from './address.ts';
import type { S3Connection, S3Options } from './connection.ts';
import { type Answer, exchange, type WireRequest } from './exchange.ts';
import { isBrokenOff, notFromS3, speaksS3 } from './network.ts';
import { isDenial, type Refusal, readRefusal, refusalFailure } from './refusal.ts';
import { renewableSigner } from './renewal.ts';

const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** More than any error or listing has; a bound, so that a wrong endpoint cannot fill the memory. */
const textLimit = 32 * 1024 ** 2;

/**
 * How Ceph RGW 16 answers when two requests for one object get into each other's way: a 500 without a reason, or,
 * in a bucket that keeps versions, a write that is told that there is no such object.
 */
function isCollision(request: S3Request, refusal: Refusal): boolean {
  if (request.repeatable === false) return false;
  if (refusal.code === 'UnknownError') return true;
  return (
    refusal.code === 'NoSuchKey' && request.method === 'PUT' && request.headers?.['if-match'] === undefined
  );
}

const collisionAttempts = 4;

export interface S3Request {
  readonly method: WireRequest['method'];
  /** Left out: the bucket itself. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Of the body, in hexadecimal. Must be given with a body. */
  readonly sha256?: string;
  /** For messages: "reading cat.jpg". */
  readonly doing: string;
  /** Statuses of refusals that the caller deals with itself; all others are thrown. */
  readonly expect?: readonly number[];
  /**
   * False where a repetition could do harm. Otherwise a request is sent once more if its connection broke off
   * before any answer, which is how a server's closing of an idle connection shows, or if Ceph tells of a
   * collision. Left to the pipeline, each would look like an outage, or cost the image an attempt.
   */
  readonly repeatable?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface S3Answer extends Answer {
  /** Set where the status is one that the caller expects. The body is read then. */
  readonly refusal?: Refusal;
}

/** Requests to one bucket, signed, their refusals translated. */
export interface S3Client {
  readonly bucket: string;
  readonly url: string;
  /** See {@link S3Options.at}. */
  readonly at: At;
  /** @throws KuvaError `store-*`, `bucket-missing`, `object-missing`, `key-invalid`, `interrupted` */
  send(request: S3Request): Promise<S3Answer>;
  close(): Promise<void>;
}

export function createS3Client(connection: S3Connection, bucket: string, options: S3Options): S3Client {
  const signer = renewableSigner(connection);
  const pool = new Pool(connection.endpoint.origin, {
    connections: options.connections,
    connectTimeout: options.connectTimeout,
    headersTimeout: options.answerTimeout,
    bodyTimeout: options.idleTimeout,
    // One request at a time on a socket: a large answer must not hold up small ones, nor a refusal cut them off.
    pipelining: 1,
  });

  const attempt = async (request: S3Request): Promise<Answer> => {
    const { method, key, query = {}, body, doing, signal } = request;
    const path = pathOf(connection.endpoint, bucket, key);
    const headers = await signer.sign({
      method,
      path,
      query,
      headers: {
        ...request.headers,
        ...(body === undefined ? {} : { 'content-length': String(body.length) }),
      },
      sha256: request.sha256 ?? emptySha256,
    });
    const wire = { method, path: path + queryText(query), headers, doing };
    return exchange(pool, body === undefined ? wire : { ...wire, body }, signal);
  };

  return {
    bucket,
    url: `s3://${bucket}`,
    at: options.at ?? (() => Promise.resolve()),
    async send(request) {
      const once = async (): Promise<S3Answer> => {
        const answer = await attempt(request);
        refuseStranger(answer, request.doing);
        if (answer.status < 300) return answer;
        const refusal = readRefusal(answer.status, await textOf(answer, request.doing));
        const serverTime = Date.parse(answer.headers.get('date') ?? '');
        return { ...answer, refusal: { ...refusal, serverTime } };
      };
      let answer = await once().catch((failure: unknown) => {
        if (request.repeatable === false || !isBrokenOff(failure)) throw failure;
        return once();
      });
      for (let count = 1; count < collisionAttempts; count += 1) {
        if (answer.refusal === undefined || !isCollision(request, answer.refusal)) break;
        answer = await once();
      }
      if (answer.refusal !== undefined && isDenial(answer.refusal) && signer.renew()) answer = await once();
      if (answer.refusal === undefined || request.expect?.includes(answer.status) === true) return answer;
      throw refusalFailure(asked(request, answer.refusal), request.doing);
    },
    close: () => pool.destroy(),
  };
}

/**
 * A write is not refused for want of its object. Taken at its word (Ceph says so in a bucket that keeps versions, when
 * writes collide), the image would count as removed by its owner.
 */
function asked({ method }: S3Request, refusal: Refusal): Refusal {
  const writing = method === 'PUT' || method === 'POST';
  return writing && refusal.code === 'NoSuchKey' ? { ...refusal, code: 'OperationAborted' } : refusal;
}

/**
 * A page of a load balancer is no answer of an object store, whatever its status: a 200 to a DELETE would count as
 * done, and a 404 as an object that its owner removed. Statuses of 500 and more are understood without.
 */
function refuseStranger(answer: Answer, doing: string): void {
  if (answer.status >= 500 || !/^text\/html\b/i.test(answer.headers.get('content-type') ?? '')) return;
  if (speaksS3(answer.headers)) return;
  answer.body.destroy();
  throw notFromS3(doing, `it sent a web page (HTTP ${answer.status})`);
}

/** The whole body as text. */
export async function textOf(answer: Answer, doing: string): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer.body) {
    if (!Buffer.isBuffer(chunk)) continue;
    length += chunk.length;
    if (length > textLimit) {
      throw new KuvaError('store-protocol', {
        what: `The object store gave an endless answer while ${doing}`,
        remedy: 'Check that the endpoint is an S3 service.',
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length).toString();
}

/** Reads away an answer whose headers say it all, so that its connection can serve the next request. */
export async function drain({ body }: Answer): Promise<void> {
  // Not an event's business: it may have ended, or broken off, before anybody listened.
  if (!body.readableEnded) await finished(body.resume());
}
