import { defaultRecipe } from '../../image/recipe.ts';
import { previewPlug } from '../previews/plug.ts';
import { Follower } from '../events/follower.ts';
import { openApiDocument } from './app.ts';
import { aboutRoute } from './routes/about.ts';
import { csvRoute } from './routes/csv.ts';
import { eventsRoute } from './routes/events.ts';
import { imageRoutes } from './routes/images.ts';
import { outputRoute } from './routes/output.ts';
import { retryRoute } from './routes/retry.ts';
import { sessionRoutes } from './routes/session.ts';
import { statusRoutes } from './routes/status.ts';
import { uploadRoute } from './routes/upload.ts';

const notServed = (): never => {
  throw new Error('this API is described, not served');
};

/** `docs/openapi.json`: every route there is, described by the code that answers it. @param version of the program */
export function openApiText(version: string): string {
  const catalogue = {
    search: notServed,
    followEnded: notServed,
    history: notServed,
    sameBytes: notServed,
    lookAlike: notServed,
  };
  const ledger = { images: notServed, records: notServed, retry: notServed };
  const maker = { inspect: notServed, weigh: notServed, apply: notServed, preview: notServed };
  const document = openApiDocument(version, [
    sessionRoutes,
    aboutRoute(notServed),
    statusRoutes(notServed, catalogue),
    csvRoute(catalogue),
    imageRoutes(ledger, catalogue),
    outputRoute(ledger, { get: notServed }),
    retryRoute(ledger),
    uploadRoute({ input: { bucket: '', head: notServed }, sniff: notServed, largest: 0 }),
    eventsRoute({
      follower: new Follower({ catalogue, status: notServed }),
      onOpen: notServed,
      signal: new AbortController().signal,
    }),
    previewPlug({
      previews: { viewing: notServed, show: notServed, close: notServed },
      maker,
      room: 0,
      recipe: defaultRecipe,
      readRecipe: notServed,
      largest: 0,
    }),
  ]);
  return `${JSON.stringify(document, null, 2)}\n`;
}
