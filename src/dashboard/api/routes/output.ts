import { Readable } from 'node:stream';
import { createRoute } from '@hono/zod-openapi';
import { contentTypes } from '../../../image/format.ts';
import type { Ledger } from '../../../ledger/contract/ledger.ts';
import type { ObjectStore } from '../../../store/contract.ts';
import { firstRecord } from '../../records.ts';
import { notFound } from '../failure.ts';
import { type ApiPlug, answersWith } from '../route.ts';
import { imageParams, outputQuery } from '../schemas/images.ts';
import { parseId } from './images.ts';

/** Whatever it is and however it is opened: no script, nothing from elsewhere. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";

/** `GET /images/{id}/output` */
export function outputRoute(ledger: Pick<Ledger, 'records'>, store: Pick<ObjectStore, 'get'>): ApiPlug {
  return (app) => {
    app.openapi(
      createRoute({
        method: 'get',
        path: '/images/{id}/output',
        summary: 'Download an output, the very one that the ledger names',
        request: { params: imageParams, query: outputQuery },
        responses: answersWith('application/octet-stream', 'Its bytes.'),
      }),
      async (context) => {
        const { id } = context.req.valid('param');
        const record = await firstRecord(ledger, parseId(id), context.req.valid('query').output);
        if (record === undefined) throw notFound(`Image ${id} has no such output`);
        const { outputKey, outputEtag, outputFormat } = record;
        const { version, body } = await store.get(outputKey, { ifMatch: outputEtag });
        context.set('policy', policy);
        return context.body(webStream(body), 200, {
          // A drawing can hold a program.
          'Content-Type': outputFormat === 'svg' ? 'application/octet-stream' : contentTypes[outputFormat],
          'Content-Length': String(version.size),
          'Content-Disposition': attachment(outputKey),
        });
      },
    );
  };
}

/** A name for the file (RFC 6266): the key's last part, without what means something to a file system. */
export function attachment(key: string): string {
  const name = (key.split('/').findLast((part) => part !== '') ?? 'image').replace(
    /[\p{C}\\/:*?"<>|]/gu,
    '_',
  );
  const plain = name.replace(/[^\x20-\x7e]|[%']/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

/** As it comes, no faster than it is taken; gone when the asker is. */
function webStream(body: Readable): ReadableStream<Uint8Array> {
  const pieces = body.iterator({ destroyOnReturn: true });
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const piece = await pieces.next();
        if (piece.done === true) controller.close();
        else if (piece.value instanceof Uint8Array) controller.enqueue(piece.value);
      },
      cancel: () => {
        body.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}
