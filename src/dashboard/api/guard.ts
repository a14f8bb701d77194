import type { MiddlewareHandler } from 'hono';
import type { WebVariables } from '../../web/guard.ts';
import { ApiFailure } from './failure.ts';

type Guard = MiddlewareHandler<{ Variables: WebVariables }>;

/** A header that a page of another site cannot send without being asked about it first, and we say no. */
export const ownHeader = 'X-Kuva';

/**
 * Refuses what a page of another site lets a browser ask for. What changes something must come from a page of ours (its
 * Origin is the host that was asked) or from a program (no Origin), and bear our header, which no form can.
 */
export const ownPagesOnly: Guard = async (context, next) => {
  const { req } = context;
  const site = req.header('sec-fetch-site');
  const origin = req.header('origin');
  const changes = req.method !== 'GET' && req.method !== 'HEAD';
  const foreignSite = site !== undefined && site !== 'same-origin' && site !== 'none';
  const foreignOrigin = origin !== undefined && !isOwnOrigin(origin, req.header('host'));
  // A browser says at least one of the two; "none" is what it says of an address that was typed: never of a request that changes something.
  const unknown = changes && origin === undefined && site !== 'same-origin';
  if (foreignSite || foreignOrigin || unknown) {
    throw new ApiFailure(403, {
      code: 'cross-site',
      what: unknown
        ? 'What changes something needs an Origin header that names this server'
        : 'This was asked for by a page of another site',
      data: 'Nothing was changed.',
      remedy: 'Open the dashboard itself; a program sends `Origin: http://…` with the host that it asks.',
    });
  }
  if (changes && req.header(ownHeader) !== '1') {
    throw new ApiFailure(403, {
      code: 'header-missing',
      what: `What changes something needs the header "${ownHeader}: 1"`,
      data: 'Nothing was changed.',
    });
  }
  return next();
};

/** Has this page come from the host that it asks? A proxy in front may speak TLS. */
function isOwnOrigin(origin: string, host: string | undefined): boolean {
  const [, theirs] = /^https?:\/\/([^/]+)$/i.exec(origin) ?? [];
  return theirs !== undefined && theirs.toLowerCase() === host?.toLowerCase();
}

/** Refuses whoever has not given the token, where there is one. */
export const signedInOnly: Guard = async (context, next) => {
  if (context.get('trusted')) return next();
  throw new ApiFailure(401, {
    code: 'sign-in',
    what: 'This needs the token of `http: token:` in kuva.yaml',
    remedy: 'Sign in on the page, or send it as "Authorization: Bearer …".',
  });
};

/** In a read-only dashboard: refuses all that changes something. */
export function writableOnly(readOnly: boolean): Guard {
  return async (context, next) => {
    if (!readOnly || context.req.method === 'GET' || context.req.method === 'HEAD') return next();
    throw new ApiFailure(403, {
      code: 'read-only',
      what: 'This dashboard is read-only',
      data: 'Nothing was changed.',
      remedy: '`http: read_only: false` in kuva.yaml allows changes.',
    });
  };
}
