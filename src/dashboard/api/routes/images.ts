import { createRoute } from '@hono/zod-openapi';
import { imageStates } from '../../../image/state.ts';
import type { Catalogue } from '../../../ledger/catalogue/contract.ts';
import type { Ledger } from '../../../ledger/contract/ledger.ts';
import { mostRecords } from '../../records.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { notFound } from '../failure.ts';
import { searchFilter } from '../filter.ts';
import { jsonOf } from '../json.ts';
import { type ApiPlug, answers } from '../route.ts';
import { imageDetailSchema, imageParams, imagesQuery, imagesSchema } from '../schemas/images.ts';

/** `GET /images` and `GET /images/{id}` */
export function imageRoutes(
  ledger: Pick<Ledger, 'images' | 'records'>,
  catalogue: Pick<Catalogue, 'search'>,
): ApiPlug {
  return (app) => {
    app.openapi(
      createRoute({
        method: 'get',
        path: '/images',
        summary: 'Search: images by their last change, newest first',
        request: { query: imagesQuery },
        responses: answers(imagesSchema),
      }),
      async (context) => {
        const { cursor, limit, ...filter } = context.req.valid('query');
        const { images, next, searchedTo } = await catalogue.search(searchFilter(filter), {
          limit,
          ...(cursor !== undefined && { from: readCursor(cursor) }),
        });
        const more = next === undefined ? {} : { next: writeCursor(next), searchedTo };
        return context.json(jsonOf(imagesSchema, { images, ...more }), 200);
      },
    );
    app.openapi(
      createRoute({
        method: 'get',
        path: '/images/{id}',
        summary: 'One image, with its rows of the ledger',
        request: { params: imageParams },
        responses: answers(imageDetailSchema),
      }),
      async (context) => {
        const imageId = parseId(context.req.valid('param').id);
        const [image] = await all(ledger.images({ imageId, states: imageStates, limit: 1 }));
        if (image === undefined) throw notFound(`There is no image ${imageId}`);
        const records = await all(ledger.records({ imageId, limit: mostRecords }));
        return context.json(jsonOf(imageDetailSchema, { image, records }), 200);
      },
    );
  };
}

/** @throws ApiFailure 404 when it is more than PostgreSQL can count to */
export function parseId(text: string): bigint {
  const id = BigInt(text);
  if (id > 9_223_372_036_854_775_807n) throw notFound(`There is no image ${text}`);
  return id;
}

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const row of rows) list.push(row);
  return list;
}
