import { setMaxListeners } from 'node:events';
import { KuvaError } from '../../image/failure.ts';
import { CloudSilent } from './network.ts';

/** One request as it goes over the wire. */
export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object;
  /** "creating the server kuva-1": for messages. */
  readonly doing: string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; the text where it is none; undefined where it is empty. */
  readonly body: unknown;
}

export interface WireLimits {
  /** Milliseconds until the whole answer must be there. */
  readonly timeout: number;
  /** Ends what is under way. */
  readonly signal?: AbortSignal;
}

/**
 * Sends one request, once.
 * @throws CloudSilent no answer came in time; KuvaError `interrupted`, `cloud-protocol` (a redirect: no service of
 * OpenStack sends one, and following it would hand the token to whoever sent it)
 */
export async function exchange(request: WireRequest, { timeout, signal }: WireLimits): Promise<WireAnswer> {
  const { method, url, doing } = request;
  if (signal !== undefined) setMaxListeners(0, signal);
  const limit = AbortSignal.timeout(timeout);
  try {
    const answer = await fetch(url, {
      method,
      headers: {
        accept: 'application/json',
        ...(request.body !== undefined && { 'content-type': 'application/json' }),
        ...request.headers,
      },
      ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
      redirect: 'manual',
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
    const text = await answer.text();
    if (answer.status >= 300 && answer.status < 400 && answer.headers.has('location')) {
      throw new KuvaError('cloud-protocol', {
        what: `What answers at ${url.host} sends ${doing} elsewhere (HTTP ${answer.status})`,
        remedy: 'Check auth_url, and that no proxy or login page of a network answers in its place.',
      });
    }
    return { status: answer.status, headers: answer.headers, body: parse(text, answer.headers) };
  } catch (thrown) {
    if (signal?.aborted)
      throw new KuvaError('interrupted', { what: `Stopped while ${doing}`, cause: signal.reason });
    throw thrown instanceof KuvaError ? thrown : new CloudSilent(url.host, doing, thrown);
  }
}

function parse(text: string, headers: Headers): unknown {
  if (text === '') return undefined;
  if (!/\bjson\b/.test(headers.get('content-type') ?? '')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
