/** One request's way through the proxy, with at most one fault on it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Fault, htmlBody, refusalBody, refusalHeaders, refusals } from './fault.ts';
import type { Listings } from './listings.ts';
import type { S3Request } from './request.ts';
import type { Upstream, UpstreamAnswer } from './upstream.ts';

export interface Exchange {
  readonly asked: S3Request;
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly upstream: Upstream;
  readonly listings: Listings;
}

/** Thrown to break the client's connection on purpose. */
export class BrokenOnPurpose extends Error {}

export async function passOn(exchange: Exchange, fault: Fault | undefined): Promise<number> {
  const { asked, incoming, response } = exchange;
  switch (fault?.kind) {
    case undefined:
      return streamed(exchange, await forward(exchange));
    case 'delay':
      await new Promise((wake) => setTimeout(wake, fault.milliseconds));
      return streamed(exchange, await forward(exchange));
    case 'silence':
      await readAll(incoming);
      await new Promise((closed) => response.once('close', closed));
      return 0;
    case 'reset-before':
      throw new BrokenOnPurpose();
    case 'reset-in-request':
      await forward(exchange, halfOf(incoming)).then(
        ({ body }) => body.destroy(),
        () => undefined,
      );
      throw new BrokenOnPurpose();
    case 'reset-in-answer':
      return halfStreamed(exchange, await forward(exchange));
    case 'lose-answer':
      await readAll((await forward(exchange)).body);
      throw new BrokenOnPurpose();
    case 'refuse':
      await readAll(incoming);
      return answer(
        exchange,
        refusals[fault.refusal].status,
        refusalHeaders(fault.refusal),
        refusalBody(fault.refusal, asked.number),
      );
    case 'html':
      await readAll(incoming);
      return answer(exchange, fault.status, { 'content-type': 'text/html' }, htmlBody(fault.status));
    case 'cut-answer':
      return cut(exchange, await forward(exchange), fault.framing === 'chunked', true);
    case 'shorten-answer':
      return cut(exchange, await forward(exchange), true, false);
    case 'flip-bit': {
      const { status, headers, body } = await forward(exchange);
      const bytes = await readAll(body);
      const middle = Math.floor(bytes.length / 2);
      if (bytes.length > 0) bytes[middle] = (bytes[middle] ?? 0) ^ 0b100;
      return answer(exchange, status, headers, bytes);
    }
    case 'send-twice': {
      const bytes = await readAll(incoming);
      await readAll((await forward(exchange, only(bytes))).body);
      return streamed(exchange, await forward(exchange, only(bytes)));
    }
    case 'stale-listing': {
      const kept = exchange.listings.last(asked.target);
      if (kept === undefined) return streamed(exchange, await forward(exchange));
      return answer(exchange, kept.status, kept.headers, kept.body);
    }
    case 'meanwhile': {
      if (fault.when === 'before') {
        await fault.act();
        return streamed(exchange, await forward(exchange));
      }
      const { status, headers, body } = await forward(exchange);
      const bytes = await readAll(body);
      await fault.act();
      return answer(exchange, status, headers, bytes);
    }
  }
}

function forward(
  { upstream, asked, incoming }: Exchange,
  body: AsyncIterable<Uint8Array> = bytesOf(incoming),
): Promise<UpstreamAnswer> {
  return upstream.send({ method: asked.method, target: asked.target, headers: incoming.rawHeaders }, body);
}

/** Passes the answer on as it comes; keeps it if it is a listing. */
async function streamed(
  { asked, response, listings }: Exchange,
  { status, headers, body }: UpstreamAnswer,
): Promise<number> {
  response.writeHead(status, headers);
  const kept: Uint8Array[] = [];
  for await (const chunk of bytesOf(body)) {
    if (asked.kind === 'list') kept.push(chunk);
    await write(response, chunk);
  }
  // Before the client can ask again.
  if (asked.kind === 'list') listings.keep(asked.target, { status, headers, body: Buffer.concat(kept) });
  response.end();
  return status;
}

async function halfStreamed(
  { response }: Exchange,
  { status, headers, body }: UpstreamAnswer,
): Promise<number> {
  const bytes = await readAll(body);
  response.writeHead(status, headers);
  await write(response, bytes.subarray(0, Math.floor(bytes.length / 2)));
  response.flushHeaders();
  // What was written must arrive, or this would be a reset before the answer.
  await new Promise((wake) => setTimeout(wake, 30));
  throw new BrokenOnPurpose();
}

/** Half of the answer; then, without a reset, the connection's end in the middle, or an end that looks like one. */
async function cut(
  { response }: Exchange,
  { status, headers, body }: UpstreamAnswer,
  chunked: boolean,
  broken: boolean,
): Promise<number> {
  const bytes = await readAll(body);
  const kept = chunked ? without(headers, ['content-length', 'transfer-encoding']) : headers;
  response.writeHead(status, chunked ? [...kept, 'transfer-encoding', 'chunked'] : [...kept]);
  await write(response, bytes.subarray(0, Math.floor(bytes.length / 2)));
  if (broken) response.socket?.end();
  else response.end();
  return status;
}

function answer(
  { asked, response }: Exchange,
  status: number,
  headers: readonly string[] | Readonly<Record<string, string>>,
  body: Buffer,
): number {
  const given = Array.isArray(headers) ? headers : Object.entries(headers).flat();
  const clean = without(given, ['content-length', 'transfer-encoding']);
  response.writeHead(status, [...clean, 'content-length', String(body.length)]);
  response.end(asked.method === 'HEAD' ? undefined : body);
  return status;
}

function without(headers: readonly string[], names: readonly string[]): string[] {
  return headers.filter((_text, at) => !names.includes(headers[at - (at % 2)]?.toLowerCase() ?? ''));
}

async function* bytesOf(stream: IncomingMessage): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) if (chunk instanceof Uint8Array) yield chunk;
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  if (bytes.length > 0) yield bytes;
}

async function* halfOf(incoming: IncomingMessage): AsyncGenerator<Uint8Array> {
  const bytes = await readAll(incoming);
  yield bytes.subarray(0, Math.floor(bytes.length / 2));
  throw new BrokenOnPurpose();
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytesOf(stream)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function write(response: ServerResponse, chunk: Uint8Array): Promise<void> {
  if (response.destroyed) throw new Error('the client went away');
  if (response.write(chunk)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
