import { isIPv4 } from 'node:net';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, Hono, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import { sessionCookie } from './sessions.ts';
import type { SignIn } from './signIn.ts';

/** What a route knows about who asks. */
export interface WebVariables {
  /** It gave the token, or none is asked for. */
  readonly trusted: boolean;
  /** Where a token is asked for: what compares it. */
  readonly signIn: SignIn | undefined;
  /** The Content-Security-Policy of this answer, instead of the usual one, which allows nothing at all. */
  policy: string | undefined;
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

/** Notes whether the request bears the token or a session; routes decide what to do about it. */
export function recogniseToken(signIn: SignIn | undefined): Guard {
  return async (context, next) => {
    context.set('signIn', signIn);
    if (signIn === undefined || signIn.sessions.knows(getCookie(context, sessionCookie))) {
      context.set('trusted', true);
      return next();
    }
    context.set('trusted', false);
    const given = /^Bearer +(\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
    if (given === undefined) return next();
    const address = addressOf(context);
    const wait = signIn.wait(address, false);
    if (wait > 0) {
      context.header('Retry-After', String(Math.ceil(wait / 1000)));
      return context.json({ error: 'too many wrong tokens came from your address; wait a minute' }, 429);
    }
    context.set('trusted', signIn.accepts(given, address));
    return next();
  };
}

/** The other end of the connection: of a proxy, where there is one. */
export function addressOf(context: Context): string | undefined {
  return getConnInfo(context).remote.address;
}

/** Refuses whoever was not recognised. */
export const onlyTrusted: Guard = async (context, next) => {
  if (context.get('trusted')) return next();
  context.header('WWW-Authenticate', 'Bearer realm="kuva"');
  return context.json({ error: 'this needs the token of `http: token:`, as "Authorization: Bearer …"' }, 401);
};
