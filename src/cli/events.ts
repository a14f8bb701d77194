/** Events of the input bucket, as this pipeline is configured. */
import type { EventsChoice, KuvaConfig, S3BucketPlace } from '../config/config.ts';
import { KuvaError } from '../image/failure.ts';
import { showDuration } from '../image/quantity.ts';
import { systemClock } from '../pipeline/clock.ts';
import { Hints } from '../pipeline/hints.ts';
import { eventsName } from '../store/s3/events.ts';
import { bucketEventsPath, takeBucketEvents } from '../web/bucketEvents.ts';
import type { WebPlug } from '../web/server.ts';
import type { Narrator } from './narrate/narrator.ts';

/** The bucket and what its topic and notification are called. @throws KuvaError `usage-invalid` for a folder */
export function bucketOfEvents({ input, pipeline }: KuvaConfig): { place: S3BucketPlace; name: string } {
  if (input.kind === 's3') return { place: input, name: eventsName(pipeline, input.bucket) };
  throw new KuvaError('usage-invalid', {
    what: `Events come from an object store, and the input is the folder ${input.path}`,
    data: 'Nothing was changed.',
    remedy: 'Nothing to do: kuva sees the changes of a folder by itself.',
  });
}

/** Where the object store is to push to: the path of the route, below whatever path the configured URL has. */
export function eventsUrl({ url }: EventsChoice): URL {
  const full = new URL(url);
  full.pathname = `${full.pathname.replace(/\/+$/, '')}${bucketEventsPath}`;
  return full;
}

/** What a worker does about events: a route that takes them, and what they hint at. Undefined: none are configured. */
export function receiveEvents(
  { events, input }: KuvaConfig,
  narrator: Narrator,
): { hints: Hints; plug: WebPlug; greeting: string } | undefined {
  if (events === undefined || input.kind !== 's3') return undefined;
  const hints = new Hints(systemClock);
  const plug = takeBucketEvents({
    bucket: input.bucket,
    secret: events.secret,
    onHint: (key) => {
      hints.add(key);
    },
    warn: (text) => {
      narrator.note('warn', text);
    },
  });
  return {
    hints,
    plug,
    greeting: `Events of ${input.url} are taken at ${bucketEventsPath}; the bucket is looked over at least every ${showDuration(events.poll)} all the same.`,
  };
}
