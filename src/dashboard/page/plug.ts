import type { Context } from 'hono';
import type { WebPlug } from '../../web/server.ts';
import type { WebVariables } from '../../web/guard.ts';
import { type PageFile, readPageFiles } from './files.ts';

/** The views of the page, each with an address of its own, and one for each pipeline: all are the same file. */
export const views = [
  '/',
  '/images',
  '/images/:id',
  '/set-aside',
  '/recipe',
  '/workers',
  '/login',
  '/put-in',
] as const;

/** Nothing but what this server has; no script in the page itself, no text that becomes one. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "font-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const notBuilt = `The page of the dashboard was not built.

"npm run build" builds it. All else is here: /api/v1/status, /metrics, /healthz.
`;

/** The page and its files, for anyone: they hold nothing of the images; the API asks who it is. */
export function pagePlug(folder: string): WebPlug {
  let reading: Promise<ReadonlyMap<string, PageFile>> | undefined;
  const files = (): Promise<ReadonlyMap<string, PageFile>> => (reading ??= readPageFiles(folder));
  return (app) => {
    for (const view of views.flatMap((path) => [path, `/p/:pipeline${path}`])) {
      app.get(view, async (context) => {
        const index = (await files()).get('/index.html');
        return index === undefined ? context.text(notBuilt, 503) : send(context, index);
      });
    }
    const file = async (context: Context<{ Variables: WebVariables }>): Promise<Response> => {
      const found = (await files()).get(context.req.path);
      return found === undefined ? context.text('There is no such file.\n', 404) : send(context, found);
    };
    app.get('/assets/*', file);
    for (const name of ['/icon.svg', '/favicon.ico', '/favicon.svg', '/manifest.webmanifest'])
      app.get(name, file);
  };
}

function send(context: Context<{ Variables: WebVariables }>, file: PageFile): Response {
  context.set('policy', policy);
  const { req } = context;
  context.header('ETag', file.etag);
  context.header('Vary', 'Accept-Encoding');
  context.header('Cache-Control', file.hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (req.header('if-none-match') === file.etag) return context.body(null, 304);
  context.header('Content-Type', file.type);
  const accepted = req.header('accept-encoding') ?? '';
  const encoding = /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : undefined;
  if (encoding === undefined) return context.body(file.plain);
  context.header('Content-Encoding', encoding);
  return context.body(encoding === 'br' ? file.brotli : file.gzip);
}
