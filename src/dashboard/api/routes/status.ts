import { createRoute } from '@hono/zod-openapi';
import type { Catalogue } from '../../../ledger/catalogue/contract.ts';
import { jsonOf } from '../json.ts';
import { type ApiPlug, answers } from '../route.ts';
import { historyQuery, historySchema } from '../schemas/history.ts';
import { type Status, statusSchema } from '../schemas/status.ts';

/** `GET /status` and `GET /history` */
export function statusRoutes(status: () => Promise<Status>, catalogue: Catalogue): ApiPlug {
  return (app) => {
    app.openapi(
      createRoute({
        method: 'get',
        path: '/status',
        summary: 'How many images wait, are in work, done, set aside; who works; what is in the way',
        description: 'The same as `kuva status --json`.',
        responses: answers(statusSchema),
      }),
      async (context) => context.json(await status(), 200),
    );
    app.openapi(
      createRoute({
        method: 'get',
        path: '/history',
        summary: 'How much was done when',
        request: { query: historyQuery },
        responses: answers(historySchema),
      }),
      async (context) => {
        const { span } = context.req.valid('query');
        return context.json(jsonOf(historySchema, await catalogue.history(span)), 200);
      },
    );
  };
}
