import { OpenAPIHono } from '@hono/zod-openapi';
import type { WebPlug } from '../../web/server.ts';
import { ApiFailure, answerTo } from './failure.ts';
import { ownPagesOnly, signedInOnly, writableOnly } from './guard.ts';
import type { ApiApp, ApiPlug } from './route.ts';

export const apiPath = '/api/v1';

export interface ApiOptions {
  readonly version: string;
  readonly readOnly: boolean;
  /** Routes for everybody: signing in. */
  readonly open: readonly ApiPlug[];
  readonly routes: readonly ApiPlug[];
  /** Told when something fails that should not. */
  readonly onTrouble: (error: unknown) => void;
}

/** The API, as routes of the web server: it authenticates by itself. @param paths where it answers */
export function apiPlug(options: ApiOptions, paths: readonly string[]): WebPlug {
  const app = apiApp(options);
  return (server) => {
    for (const path of paths) server.route(path, app);
  };
}

function apiApp({ version, readOnly, open, routes, onTrouble }: ApiOptions): ApiApp {
  const app: ApiApp = new OpenAPIHono({
    defaultHook: (result) => {
      if (result.success) return;
      const [issue] = result.error.issues;
      const where = issue?.path.join('.') ?? '';
      throw new ApiFailure(400, {
        code: 'usage-invalid',
        what: `${where === '' ? '' : `${where}: `}${issue?.message ?? 'this was not understood'}`,
      });
    },
  });
  app.use(ownPagesOnly);
  for (const plug of open) plug(app);
  app.use(signedInOnly);
  app.use(writableOnly(readOnly));
  for (const plug of routes) plug(app);
  app.get('/openapi.json', (context) => context.json(describe(app, version)));
  app.all('*', (context) => {
    throw new ApiFailure(404, { code: 'not-found', what: `The API has nothing at ${context.req.path}` });
  });
  app.onError((thrown, context) => {
    const { status, body, retryAfter, unexpected } = answerTo(thrown);
    if (unexpected) onTrouble(thrown);
    if (retryAfter !== undefined) context.header('Retry-After', String(retryAfter));
    if (status === 401) context.header('WWW-Authenticate', 'Bearer realm="kuva"');
    return context.json(body, status);
  });
  return app;
}

/** The routes, described. */
export function openApiDocument(version: string, routes: readonly ApiPlug[]) {
  const app: ApiApp = new OpenAPIHono();
  for (const plug of routes) plug(app);
  return describe(app, version);
}

function describe(app: ApiApp, version: string) {
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Kuvaputki',
      version,
      description: 'What the dashboard asks, and what scripts may ask. Errors have one form; ids are text.',
    },
    servers: [{ url: apiPath }],
  });
}
