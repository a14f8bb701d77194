import { createRoute } from '@hono/zod-openapi';
import { type ApiPlug, answers } from '../route.ts';
import { type About, aboutSchema } from '../schemas/about.ts';

/** `GET /about` */
export function aboutRoute(about: () => About): ApiPlug {
  return (app) => {
    app.openapi(
      createRoute({
        method: 'get',
        path: '/about',
        summary: 'What this pipeline is, and what may be done here',
        responses: answers(aboutSchema),
      }),
      (context) => context.json(about(), 200),
    );
  };
}
