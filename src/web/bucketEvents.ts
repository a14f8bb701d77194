import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ObjectKey } from '../image/key.ts';
import type { Secret } from '../image/secret.ts';
import { readEvents } from './bucketEvent.ts';
import type { WebPlug } from './server.ts';
import { ToldRarely } from './toldRarely.ts';

export interface BucketEventsOptions {
  /** The input bucket, as the events name it. */
  readonly bucket: string;
  /** What each event must bear as its `opaqueData`. */
  readonly secret: Secret;
  /** Must only note the key and return: the server waits for the answer. */
  readonly onHint: (key: ObjectKey) => void;
  /** For the log. Never given anything of a refused event. */
  readonly warn: (text: string) => void;
}

/** Where a worker takes events. */
export const bucketEventsPath = '/bucket-events';

/** Bytes. Events of one object with all the metadata that Ceph allows are smaller. */
const largestBody = 256 * 1024;

/**
 * Milliseconds before a refusal is answered, and how many wait at the same time. Ceph RGW 16 sends a refused event
 * again at once, 900 times a second and for ever: after a secret was changed on one side only, that should cost nobody
 * anything.
 */
const refusalDelay = 1_000;
const mostDelayed = 16;

/**
 * Takes the events that an object store pushes. Answers 200 once the key is noted, also to events that are of no
 * interest: whatever is not acknowledged comes again. A hint that is lost afterwards does no harm, since the bucket is
 * looked over all the same.
 */
export function takeBucketEvents({ bucket, secret, onHint, warn }: BucketEventsOptions): WebPlug {
  const rarely = new ToldRarely(warn);
  let delayed = 0;
  const refuse = async (c: Context, status: 400 | 403 | 413, text: string): Promise<Response> => {
    if (delayed < mostDelayed) {
      delayed += 1;
      await sleep(refusalDelay).finally(() => {
        delayed -= 1;
      });
    }
    return c.text(`${text}\n`, status);
  };

  return (app) => {
    app.post(
      bucketEventsPath,
      bodyLimit({
        maxSize: largestBody,
        onError: (c) => {
          rarely.happened(
            'oversized',
            'A bucket event was refused: it is larger than any object store sends.',
          );
          return refuse(c, 413, 'too large');
        },
      }),
      async (c) => {
        const events = readEvents(await c.req.text(), bucket, secret);
        switch (events.outcome) {
          case 'malformed':
            rarely.happened('malformed', 'A bucket event was refused: it is not what an object store sends.');
            return refuse(c, 400, 'not a bucket event');
          case 'forged':
            rarely.happened(
              'forged',
              'A bucket event was refused: it does not bear the secret of `events`. If you have changed the secret, run `kuva events on` again.',
            );
            return refuse(c, 403, 'wrong secret');
          case 'read':
            if (events.strange)
              rarely.happened(
                'strange',
                'A bucket event was left alone: it is of another bucket than the input.',
              );
            for (const key of events.keys) onHint(key);
            return c.body(null, 200);
        }
      },
    );
    app.all(bucketEventsPath, (c) => c.text('events are sent with POST\n', 405, { allow: 'POST' }));
  };
}
