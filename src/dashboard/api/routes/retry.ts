import { createRoute } from '@hono/zod-openapi';
import type { Ledger } from '../../../ledger/contract/ledger.ts';
import { type ApiPlug, answers } from '../route.ts';
import { retriedSchema, retrySchema } from '../schemas/actions.ts';
import { parseId } from './images.ts';

/** `POST /retry` */
export function retryRoute(ledger: Pick<Ledger, 'retry'>): ApiPlug {
  return (app) => {
    app.openapi(
      createRoute({
        method: 'post',
        path: '/retry',
        summary: 'Try images again that were set aside',
        description: 'The same as `kuva retry`. Images in any other state are left alone.',
        request: { body: { required: true, content: { 'application/json': { schema: retrySchema } } } },
        responses: answers(retriedSchema),
      }),
      async (context) => {
        const { ids, name, state } = context.req.valid('json');
        const queued = await ledger.retry({
          ...(ids !== undefined && { ids: ids.map(parseId) }),
          ...(name !== undefined && { name: name.replaceAll('\0', '').toWellFormed() }),
          ...(state !== undefined && { states: [state] }),
        });
        return context.json({ queued }, 200);
      },
    );
  };
}
