import { createRoute } from '@hono/zod-openapi';
import { csvLine } from '../../../image/csv.ts';
import type { Catalogue, ImageSummary, Place, SearchFilter } from '../../../ledger/catalogue/contract.ts';
import { ApiFailure } from '../failure.ts';
import { searchFilter } from '../filter.ts';
import { type ApiPlug, answersWith } from '../route.ts';
import { imageFilter } from '../schemas/images.ts';

/** Images read from the ledger at once: what is held in memory. */
const pageSize = 500;
/** Milliseconds that one page may be searched for: a long search shows that it goes on. */
const patience = 2_000;
/** Lists at the same time: each keeps a connection to the database busy. */
const mostLists = 2;

const columns = [
  'id',
  'at',
  'state',
  'key',
  'bytes',
  'inputFormat',
  'inputSha256',
  'output',
  'outputs',
  'format',
  'width',
  'height',
  'outputBytes',
  'outputSha256',
  'worker',
  'code',
  'what',
  'facts',
] as const satisfies readonly (keyof ImageSummary)[];

/** `GET /images.csv` */
export function csvRoute(catalogue: Pick<Catalogue, 'search'>): ApiPlug {
  let open = 0;
  return (app) => {
    app.openapi(
      createRoute({
        method: 'get',
        path: '/images.csv',
        summary: 'All that a search finds, as CSV',
        description:
          'RFC 4180, in UTF-8. What a spreadsheet would take for a formula begins with an apostrophe. Facts, those of the first output, are JSON in one cell.',
        request: { query: imageFilter },
        responses: answersWith('text/csv', 'A heading, and a line an image, newest first.'),
      }),
      (context) => {
        if (open >= mostLists) {
          throw new ApiFailure(
            503,
            { code: 'too-many-lists', what: `${mostLists} lists are being made already` },
            5,
          );
        }
        const filter = searchFilter(context.req.valid('query'));
        open += 1;
        const body = csvStream(catalogue, filter, () => {
          open -= 1;
        });
        return context.body(body, 200, {
          'Content-Type': 'text/csv; charset=utf-8; header=present',
          'Content-Disposition': 'attachment; filename="images.csv"',
        });
      },
    );
  };
}

/** Made as it is read. */
function csvStream(
  catalogue: Pick<Catalogue, 'search'>,
  filter: SearchFilter,
  onEnd: () => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let from: Place | undefined;
  let over = false;
  const end = (): void => {
    if (!over) onEnd();
    over = true;
  };
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        controller.enqueue(encoder.encode(`${csvLine(columns)}\r\n`));
      },
      pull: async (controller) => {
        try {
          for (;;) {
            const { images, next } = await catalogue.search(filter, {
              limit: pageSize,
              milliseconds: patience,
              withFacts: true,
              ...(from !== undefined && { from }),
            });
            if (over) return;
            if (images.length > 0) controller.enqueue(encoder.encode(images.map(line).join('')));
            from = next;
            if (next !== undefined && images.length === 0) continue;
            if (next !== undefined) return;
            end();
            controller.close();
            return;
          }
        } catch (thrown) {
          end();
          // The answer has begun: breaking it off is the one way to say that it is not whole.
          controller.error(thrown);
        }
      },
      cancel: end,
    },
    { highWaterMark: 1 },
  );
}

function line(image: ImageSummary): string {
  const cells = columns.map((column) => {
    const value = image[column];
    if (value instanceof Date) return value.toISOString();
    return typeof value === 'object' ? JSON.stringify(value) : value;
  });
  return `${csvLine(cells)}\r\n`;
}
