import type { KuvaConfig } from '../../config/config.ts';
import { toKuvaError } from '../../image/failure.ts';
import { lookAtEvents } from '../../store/s3/events.ts';
import { bucketOfEvents, eventsUrl } from '../events.ts';
import { s3ConnectionOf } from '../wire.ts';
import { failed, type Finding, ok, warning } from './finding.ts';

/** Are the events that the configuration has turned on at the object store, and whole? Nothing where there are none. */
export async function checkEvents(config: KuvaConfig): Promise<Finding[]> {
  if (config.events === undefined || config.input.kind !== 's3') return [];
  const { place, name } = bucketOfEvents(config);
  try {
    const { on, broken, url } = await lookAtEvents(s3ConnectionOf(place), place.bucket, name);
    if (broken)
      return [
        warning(
          'events',
          'a half of them is there; a notification whose topic is gone makes Ceph refuse uploads',
          '`kuva events on` mends it, `kuva events off` removes it.',
        ),
      ];
    if (!on) return [warning('events', 'configured, and not turned on', '`kuva events on` turns them on.')];
    const wanted = eventsUrl(config.events).href;
    return url === wanted
      ? [ok('events', `${place.url} is told of at ${wanted}`)]
      : [
          warning(
            'events',
            `they are pushed to ${url ?? 'nowhere'}, not to ${wanted}`,
            'Run `kuva events on`.',
          ),
        ];
  } catch (thrown) {
    return [failed('events', toKuvaError(thrown))];
  }
}
