import { createRoute } from '@hono/zod-openapi';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { addressOf } from '../../../web/guard.ts';
import { sessionCookie } from '../../../web/sessions.ts';
import { ApiFailure } from '../failure.ts';
import { type ApiPlug, answers } from '../route.ts';
import { loginSchema, sessionSchema } from '../schemas/actions.ts';

/** `POST /session` and `DELETE /session` */
export const sessionRoutes: ApiPlug = (app) => {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/session',
      summary: 'Sign in with the token',
      description: 'Sets a cookie that bears a number by chance, not the token. Wrong tokens are counted.',
      request: { body: { required: true, content: { 'application/json': { schema: loginSchema } } } },
      responses: answers(sessionSchema),
    }),
    (context) => {
      const signIn = context.get('signIn');
      if (signIn === undefined) return context.json({ ok: true } as const, 200);
      const address = addressOf(context);
      const wait = signIn.wait(address, true);
      if (wait > 0) {
        throw new ApiFailure(
          429,
          { code: 'too-many-attempts', what: 'Too many wrong tokens were given', remedy: 'Wait a minute.' },
          Math.ceil(wait / 1000),
        );
      }
      if (!signIn.accepts(context.req.valid('json').token, address)) {
        throw new ApiFailure(401, {
          code: 'token-wrong',
          what: 'This is not the token',
          remedy: 'It is what `http: token:` or `http: token_file:` in kuva.yaml names.',
        });
      }
      const former = getCookie(context, sessionCookie);
      if (former !== undefined) signIn.sessions.end(former);
      setCookie(context, sessionCookie, signIn.sessions.begin(), {
        ...cookie,
        // A browser that came over TLS (to a proxy in front of us) must never send it in the clear.
        secure: context.req.header('origin')?.toLowerCase().startsWith('https://') === true,
      });
      return context.json({ ok: true } as const, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'delete',
      path: '/session',
      summary: 'Sign out',
      responses: answers(sessionSchema),
    }),
    (context) => {
      const id = getCookie(context, sessionCookie);
      if (id !== undefined) context.get('signIn')?.sessions.end(id);
      deleteCookie(context, sessionCookie, cookie);
      return context.json({ ok: true } as const, 200);
    },
  );
};

const cookie = { path: '/', httpOnly: true, sameSite: 'Strict' } as const;
