import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { KuvaError } from '../image/failure.ts';
import type { Secret } from '../image/secret.ts';
import { type Clock, systemClock } from '../pipeline/clock.ts';
import { growingPause } from '../pipeline/pause.ts';
import type { Hook } from './message.ts';

export interface WebHookOptions {
  readonly url: URL;
  readonly secret?: Secret;
  readonly header: string;
  /** Takes secrets out of the text. */
  readonly hide: (text: string) => string;
  /** Milliseconds for one try. */
  readonly limit?: number;
  readonly tries?: number;
  readonly clock?: Clock;
}

/**
 * POSTs the alert as JSON. The server's certificate is always verified, also where the environment says otherwise;
 * a redirect is an error, since it would take the secret elsewhere. Tried again when the server does not answer, or
 * says that it is its own fault (5xx) or too early (429).
 */
export function webHook({
  url,
  secret,
  header,
  hide,
  limit = 10_000,
  tries = 3,
  clock = systemClock,
}: WebHookOptions): Hook {
  // The path may be the secret: it is never shown.
  const name = url.origin;
  const bearer = header.toLowerCase() === 'authorization' ? 'Bearer ' : '';
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'kuva',
    ...(secret !== undefined && { [header]: `${bearer}${secret.reveal()}` }),
  };
  return {
    name,
    send: async (message) => {
      for (let tried = 1; ; tried++) {
        const answer = await post(url, headers, hide(JSON.stringify(message)), limit);
        if (answer === 'taken') return;
        if (!answer.again || tried >= tries) {
          throw new KuvaError('alert-failed', {
            what: `The web hook at ${name} ${answer.why}`,
            data: 'Images are processed all the same.',
            remedy: 'Try it with `kuva alerts test`.',
          });
        }
        await clock.pause(growingPause(tried, 500, 5_000, clock.random()));
      }
    },
  };
}

type Answer = 'taken' | { readonly why: string; readonly again: boolean };

function post(url: URL, headers: Record<string, string>, body: string, limit: number): Promise<Answer> {
  return new Promise((resolve) => {
    const options = {
      method: 'POST',
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      agent: false,
      signal: AbortSignal.timeout(limit),
      rejectUnauthorized: true,
    } as const;
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    const asked = request(url, options, (answer) => {
      const status = answer.statusCode ?? 0;
      answer.resume();
      answer.on('error', () => undefined);
      if (status >= 200 && status < 300) resolve('taken');
      else resolve({ why: `answered ${status}`, again: status >= 500 || status === 429 });
    });
    asked.on('error', (error) => {
      const late = error.name === 'AbortError' || error.name === 'TimeoutError';
      // Its message may quote what was sent; its code does not.
      const code = 'code' in error ? String(error.code) : error.name;
      resolve({
        why: late ? `did not answer within ${limit / 1000} s` : `could not be reached (${code})`,
        again: true,
      });
    });
    asked.end(body);
  });
}
