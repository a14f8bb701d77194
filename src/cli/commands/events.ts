import { z } from 'zod';
import { loadConfig } from '../../config/load.ts';
import { KuvaError } from '../../image/failure.ts';
import { showDuration } from '../../image/quantity.ts';
import { type EventsState, lookAtEvents, turnEventsOff, turnEventsOn } from '../../store/s3/events.ts';
import { jsonText } from '../jsonText.ts';
import type { Action } from '../action.ts';
import { bucketOfEvents, eventsUrl } from '../events.ts';
import { exitCodes } from '../exit.ts';
import { loadOptions, sharedOptions } from '../system.ts';
import type { Terminal } from '../terminal.ts';
import { s3ConnectionOf } from '../wire.ts';

const optionsSchema = sharedOptions.extend({ what: z.enum(['on', 'off', 'status']) });

/** `kuva events`: the object store tells of new objects by itself, or does not any more. */
export const events: Action = async (given, terminal) => {
  const options = optionsSchema.parse(given);
  const { value: config } = loadConfig(loadOptions(options));
  const { place, name } = bucketOfEvents(config);
  const connection = s3ConnectionOf(place);
  const wanted = config.events;
  const print = (state: object, lines: readonly string[]): void => {
    if (terminal.json) terminal.line(jsonText({ bucket: place.bucket, name, ...state }));
    else for (const line of lines) terminal.line(line);
  };
  switch (options.what) {
    case 'on': {
      if (wanted === undefined) throw notConfigured();
      const url = eventsUrl(wanted);
      const state = await turnEventsOn(connection, place.bucket, {
        name,
        url,
        secret: wanted.secret.reveal(),
      });
      print(state, [
        `${terminal.paint('green', '✓')} The object store tells of new objects in ${place.url} at ${url.href}`,
        `  They are looked for at least every ${showDuration(wanted.poll)} all the same. A worker may have to be started again to take events.`,
        ...warnings(state, terminal),
        `  While no worker takes them, events pile up at the object store, and Ceph may refuse uploads after`,
        `  about 100,000 of them: run \`kuva events off\` before a long stop.`,
      ]);
      return exitCodes.ok;
    }
    case 'off': {
      const removed = await turnEventsOff(connection, place.bucket, name);
      print({ on: false, removed }, [
        removed
          ? `The object store does not tell of new objects in ${place.url} any more. They are found by looking, as always.`
          : `There was nothing to remove for ${place.url}.`,
      ]);
      return exitCodes.ok;
    }
    case 'status': {
      const state = await lookAtEvents(connection, place.bucket, name);
      const misses = wanted !== undefined && state.on && state.url !== eventsUrl(wanted).href;
      print({ ...state, configured: wanted !== undefined, outdated: misses }, [
        state.on
          ? `Events of ${place.url} are on: the object store pushes them to ${state.url ?? 'a worker'}`
          : `Events of ${place.url} are off: new objects are found by looking.`,
        ...(misses
          ? [warn(terminal, `the configuration has ${eventsUrl(wanted).href}: run \`kuva events on\``)]
          : []),
        ...(state.on && wanted === undefined
          ? [
              warn(
                terminal,
                'the configuration has no `events`, so that no worker takes them: run `kuva events off`',
              ),
            ]
          : []),
        ...warnings(state, terminal),
      ]);
      return state.broken ? exitCodes.failure : exitCodes.ok;
    }
  }
};

function warnings(state: EventsState, terminal: Terminal): string[] {
  return [
    ...(state.broken
      ? [
          warn(
            terminal,
            'half of it is there. A notification whose topic is gone makes Ceph refuse uploads: run `kuva events on` or `kuva events off` now',
          ),
        ]
      : []),
    ...(state.secretIsOpen
      ? [
          warn(
            terminal,
            'this server shows topics, with the secret in them, to anybody who reaches it. A made-up event can only make kuva look into its own bucket; let nobody but the object store reach the port all the same',
          ),
        ]
      : []),
    ...(state.others > 0
      ? [
          `  ${state.others} other ${state.others === 1 ? 'notification' : 'notifications'} on this bucket: left alone.`,
        ]
      : []),
  ];
}

function warn(terminal: Terminal, text: string): string {
  return `${terminal.paint('yellow', '!')} ${text}.`;
}

function notConfigured(): KuvaError {
  return new KuvaError('config-invalid', {
    what: 'The configuration has no `events`',
    data: 'Nothing was changed.',
    remedy: 'Write events: with url: and secret: into kuva.yaml, as docs/events.md shows.',
  });
}
