import { createRoute } from '@hono/zod-openapi';
import { getCookie } from 'hono/cookie';
import { sessionCookie } from '../../../web/sessions.ts';
import type { Follower } from '../../events/follower.ts';
import { eventStream } from '../../events/stream.ts';
import { ApiFailure } from '../failure.ts';
import { type ApiPlug, answersWith } from '../route.ts';

/** Open streams: each is a connection that stays. The server takes a multiple of it. */
export const mostStreams = 100;

export interface EventsOptions {
  readonly follower: Follower;
  /** Told that a page was opened. @returns to be told that it was closed */
  readonly onOpen: () => () => void;
  /** Ends all streams. */
  readonly signal: AbortSignal;
}

/** `GET /events` */
export function eventsRoute({ follower, onOpen, signal }: EventsOptions): ApiPlug {
  let open = 0;
  return (app) => {
    app.openapi(
      createRoute({
        method: 'get',
        path: '/events',
        summary: 'What happens, as it happens (server-sent events)',
        description:
          '`status` carries a Status, `images` an ImagesEvent, `trouble` an Error (the database does not answer), `reset` nothing: what happened meanwhile is not told, ask for the state anew. Each has an id, and `Last-Event-ID` resumes behind it.',
        responses: answersWith('text/event-stream', 'Events, until one of the two ends it.'),
      }),
      (context) => {
        if (open >= mostStreams) {
          throw new ApiFailure(
            503,
            {
              code: 'too-many-pages',
              what: `${mostStreams} pages are open already`,
              remedy: 'Close some of them; all else on this page works, it is only not live.',
            },
            10,
          );
        }
        const signIn = context.get('signIn');
        const session = getCookie(context, sessionCookie);
        const bearsSession = signIn !== undefined && signIn.sessions.knows(session);
        open += 1;
        const closed = onOpen();
        const body = eventStream({
          follower,
          lastEventId: context.req.header('last-event-id'),
          mayRead: () => !bearsSession || signIn.sessions.knows(session),
          onEnd: () => {
            open -= 1;
            closed();
          },
          signal,
        });
        return context.body(body, 200, {
          'Content-Type': 'text/event-stream; charset=utf-8',
          // For nginx: each event at once.
          'X-Accel-Buffering': 'no',
        });
      },
    );
  };
}
