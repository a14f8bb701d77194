/** The dashboard's server: its parts put together, as routes for the web server. */
import { setMaxListeners } from 'node:events';
import type { Catalogue } from '../ledger/catalogue/contract.ts';
import type { Ledger } from '../ledger/contract/ledger.ts';
import { statusReport } from '../pipeline/statusReport.ts';
import type { ObjectStore } from '../store/contract.ts';
import type { WebPlug } from '../web/server.ts';
import { apiPath, apiPlug } from './api/app.ts';
import { jsonOf } from './api/json.ts';
import type { ApiPlug } from './api/route.ts';
import { aboutRoute } from './api/routes/about.ts';
import { csvRoute } from './api/routes/csv.ts';
import { eventsRoute } from './api/routes/events.ts';
import { imageRoutes } from './api/routes/images.ts';
import { outputRoute } from './api/routes/output.ts';
import { retryRoute } from './api/routes/retry.ts';
import { sessionRoutes } from './api/routes/session.ts';
import { statusRoutes } from './api/routes/status.ts';
import { uploadRoute, type UploadOptions } from './api/routes/upload.ts';
import type { About } from './api/schemas/about.ts';
import { type Status, statusSchema } from './api/schemas/status.ts';
import { Follower } from './events/follower.ts';
import { pagePlug } from './page/plug.ts';

export interface DashboardOptions {
  readonly about: About;
  readonly ledger: Ledger;
  readonly catalogue: Catalogue;
  readonly output: ObjectStore;
  /** Left out: nothing can be put in here. */
  readonly upload?: UploadOptions;
  /** Milliseconds without an end of any image after which nothing moves. */
  readonly stalled: number;
  /** Where the built page lies. Left out: the API alone. */
  readonly pageFolder?: string;
  /** Paths under which the API answers; left out: `/api/v1`. */
  readonly paths?: readonly string[];
  /** More routes of the API: previews. */
  readonly more?: readonly ApiPlug[];
  /** A page was opened. @returns to be called when it was closed */
  readonly onOpen?: () => () => void;
  readonly onTrouble: (error: unknown) => void;
}

export interface Dashboard {
  readonly plug: WebPlug;
  /** Beginnings of paths whose requests may have long bodies. */
  readonly longBodies: readonly string[];
  /** Ends the streams of events. */
  close(): Promise<void>;
}

export function openDashboard(options: DashboardOptions): Dashboard {
  const { about, ledger, catalogue, output, upload, stalled, more = [], onTrouble } = options;
  const { paths = [apiPath], pageFolder } = options;
  const closing = new AbortController();
  // Each open page listens to it: their number is bounded elsewhere.
  setMaxListeners(0, closing.signal);
  const status = async (): Promise<Status> =>
    jsonOf(statusSchema, statusReport(about.pipeline, await ledger.status(), stalled));
  const follower = new Follower({ catalogue, status });
  const api = apiPlug(
    {
      version: about.version,
      readOnly: about.readOnly,
      open: [sessionRoutes],
      routes: [
        aboutRoute(() => about),
        statusRoutes(status, catalogue),
        // Before `/images/{id}`, which it looks like.
        csvRoute(catalogue),
        imageRoutes(ledger, catalogue),
        outputRoute(ledger, output),
        retryRoute(ledger),
        ...(upload === undefined ? [] : [uploadRoute(upload)]),
        eventsRoute({
          follower,
          onOpen: options.onOpen ?? (() => () => undefined),
          signal: closing.signal,
        }),
        ...more,
      ],
      onTrouble,
    },
    paths,
  );
  const page = pageFolder === undefined ? undefined : pagePlug(pageFolder);
  return {
    plug: (app) => {
      api(app);
      page?.(app);
    },
    longBodies: paths.flatMap((path) => [`${path}/uploads/`, `${path}/recipe/try`]),
    close: async () => {
      closing.abort();
      await follower.close();
    },
  };
}
