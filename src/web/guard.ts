import { createHash, timingSafeEqual } from 'node:crypto';
import { isIPv4 } from 'node:net';
import type { Hono, MiddlewareHandler } from 'hono';
import type { Secret } from '../image/secret.ts';

/** What a route knows about who asks. */
export interface WebVariables {
  /** It gave the token, or none is asked for. */
  readonly trusted: boolean;
}

export type WebApp = Hono<{ Variables: WebVariables }>;
type Guard = MiddlewareHandler<{ Variables: WebVariables }>;

/**
 * On a loopback address: refuses requests for any other host. A page in a browser of this machine can make its own
 * name point to 127.0.0.1 (DNS rebinding) and would read what we answer; its requests bear that name.
 */
export const onlyLocalNames: Guard = async (context, next) => {
  const host = context.req.header('host') ?? '';
  if (isLocalName(host)) return next();
  return context.json({ error: 'this server answers to localhost, 127.0.0.1 and [::1] only' }, 421);
};

function isLocalName(header: string): boolean {
  const name = /^(\[::1\]|[^:[\]]+)(?::\d{1,5})?$/.exec(header)?.[1]?.toLowerCase();
  return (
    name !== undefined &&
    (name === 'localhost' || name === '[::1]' || (isIPv4(name) && name.startsWith('127.')))
  );
}

/** Notes whether the request bears the token; routes decide what to do about it. */
export function recogniseToken(token: Secret | undefined): Guard {
  return async (context, next) => {
    context.set('trusted', token === undefined || bears(context.req.header('authorization'), token));
    return next();
  };
}

/** Refuses whoever was not recognised. */
export const onlyTrusted: Guard = async (context, next) => {
  if (context.get('trusted')) return next();
  context.header('WWW-Authenticate', 'Bearer realm="kuva"');
  return context.json({ error: 'this needs the token of `http: token:`, as "Authorization: Bearer …"' }, 401);
};

/** Compares hashes, which have one length, in constant time. */
function bears(header: string | undefined, token: Secret): boolean {
  const given = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
  return given !== undefined && timingSafeEqual(digest(given), digest(token.reveal()));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
