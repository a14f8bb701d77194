/** A worker's HTTP server: small, read-only unless a plug says otherwise, and idle as long as nobody asks. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import { KuvaError } from '../image/failure.ts';
import type { Secret } from '../image/secret.ts';
import { onlyLocalNames, onlyTrusted, recogniseToken, type WebApp } from './guard.ts';
import { watchBody } from './body.ts';
import { isLoopback, type ListenAddress, showListen } from './listen.ts';
import { SignIn } from './signIn.ts';

/** Adds routes to the server. */
export type WebPlug = (app: WebApp) => void;

export interface WebServerOptions {
  readonly listen: ListenAddress;
  /** Needed unless only this machine can reach the address. */
  readonly token?: Secret;
  /** Routes that anyone may ask; they authenticate by themselves, or look at `context.get('trusted')`. */
  readonly open: readonly WebPlug[];
  /** Routes that need the token, where there is one. */
  readonly guarded: readonly WebPlug[];
  /** Beginnings of paths whose routes bound a request's body by themselves. */
  readonly longBodies?: readonly string[];
  /** Told when a route fails; the asker hears only that it did. */
  readonly onTrouble?: (error: unknown) => void;
}

export interface WebServer {
  /** `http://127.0.0.1:9464` */
  readonly url: string;
  /** Accepts nothing more, lets answers under way end for a moment, then cuts them. Harmless to repeat. */
  close(): Promise<void>;
}

/** Bytes of a request's body. */
const largestBody = 1_000_000;
/** Connections at the same time: a scraper, a load balancer, some dozen open pages, each with up to six. */
const mostConnections = 300;
/** Milliseconds that answers under way still have when the server closes. */
const lastMoments = 1_000;

/**
 * Starts it.
 * @throws KuvaError `config-invalid` when others could reach it and there is no token, or the address cannot be had
 */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const { listen } = options;
  const isLong = (path: string): boolean =>
    options.longBodies?.some((begin) => path.startsWith(begin)) === true;
  const app = webApp(options, isLong);
  // Its own Request objects, without a change to the process's globals.
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = createServer(
    {
      maxHeaderSize: 16_384,
      headersTimeout: 10_000,
      // It would end a long upload; see `watchBody`.
      requestTimeout: 0,
      keepAliveTimeout: 30_000,
      connectionsCheckingInterval: 10_000,
    },
    (question, answer) => {
      watchBody(question, isLong(question.url ?? ''));
      void listener(question, answer);
    },
  );
  server.maxConnections = mostConnections;
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  try {
    server.listen({ host: listen.host, port: listen.port });
    await once(server, 'listening');
  } catch (thrown) {
    throw cannotListen(listen, thrown);
  }
  server.on('error', (error) => options.onTrouble?.(error));
  // It must never be what keeps a process from ending.
  server.unref();
  const address = server.address();
  const port = address === null || typeof address === 'string' ? listen.port : address.port;
  const end = async (): Promise<void> => {
    const ended = once(server, 'close');
    server.close();
    const timer = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, lastMoments);
    await ended;
    clearTimeout(timer);
  };
  let closing: Promise<void> | undefined;
  return { url: `http://${showListen({ ...listen, port })}`, close: () => (closing ??= end()) };
}

const nothingAllowed = "default-src 'none'; frame-ancestors 'none'";

function webApp(
  { listen, token, open, guarded, onTrouble }: WebServerOptions,
  isLong: (path: string) => boolean,
): WebApp {
  const local = isLoopback(listen.host);
  if (!local && token === undefined) {
    throw new KuvaError('config-invalid', {
      what: `Other machines can reach ${showListen(listen)}, and no token is set`,
      data: 'Nothing was started.',
      remedy: 'Set `http: token:` or `http: token_file:` in kuva.yaml, or listen on 127.0.0.1.',
    });
  }
  const app: WebApp = new Hono();
  // First, so that refusals bear them too. Nothing here is meant for a page of someone else, or for a cache.
  app.use(async (context, next) => {
    await next();
    context.header('Content-Security-Policy', context.get('policy') ?? nothingAllowed);
    if (!context.res.headers.has('Cache-Control')) context.header('Cache-Control', 'no-store');
  });
  app.use(
    secureHeaders({
      // Not ours to promise: it is plain HTTP, perhaps behind a proxy that speaks TLS.
      strictTransportSecurity: false,
    }),
  );
  if (local) app.use(onlyLocalNames);
  const limit = bodyLimit({
    maxSize: largestBody,
    onError: (context) => context.json({ error: 'too large' }, 413),
  });
  app.use((context, next) => {
    const { req } = context;
    // A request without a body says so by neither (RFC 9112, 6.3), and the limit fails on a DELETE of that kind.
    const hasBody =
      req.header('content-length') !== undefined || req.header('transfer-encoding') !== undefined;
    return isLong(req.path) || !hasBody ? next() : limit(context, next);
  });
  app.use(recogniseToken(token === undefined ? undefined : new SignIn(token)));
  for (const plug of open) plug(app);
  app.use(onlyTrusted);
  for (const plug of guarded) plug(app);
  app.notFound((context) => context.json({ error: 'there is nothing here' }, 404));
  app.onError((error, context) => {
    onTrouble?.(error);
    return context.json({ error: 'this could not be answered; the log of kuva says why' }, 500);
  });
  return app;
}

function cannotListen(listen: ListenAddress, thrown: unknown): KuvaError {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown error';
  const why = reasons[code] ?? code;
  return new KuvaError('config-invalid', {
    what: `Dashboard, metrics and health cannot be served on ${showListen(listen)}: ${why}`,
    data: 'Images are processed all the same.',
    remedy: 'Choose another address in `http: listen:`, or `off`.',
    cause: thrown,
  });
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program has that port',
  EACCES: 'this user may not use that port',
  EADDRNOTAVAIL: 'this machine does not have that address',
  ENOTFOUND: 'that name is not known',
};
