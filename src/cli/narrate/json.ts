import pino from 'pino';
import type { ImageEvent } from '../../pipeline/event.ts';
import type { Narrator } from './narrator.ts';

/** One JSON object a line, on standard output: for log collectors and scripts. */
export function jsonNarrator(worker: string, level: string): Narrator {
  const log = pino({
    level,
    base: { worker },
    timestamp: pino.stdTimeFunctions.isoTime,
    messageKey: 'message',
  });
  return {
    image: (event) => {
      log[levels[event.kind]](fields(event), event.kind);
    },
    outage: ({ resource, failure, since }, over) => {
      const about = { event: over ? 'outage-over' : 'outage', resource, code: failure.code, since };
      if (over) log.info(about, `${resource} is back`);
      else log.warn(about, failure.message);
    },
    note: (level, text) => {
      log[level](text);
    },
  };
}

const levels = {
  done: 'info',
  rejected: 'warn',
  failed: 'error',
  superseded: 'info',
  'attempt-failed': 'warn',
  postponed: 'info',
  lost: 'info',
} as const satisfies Record<ImageEvent['kind'], string>;

function fields(event: ImageEvent): Record<string, unknown> {
  const { bucket, key, etag, pipeline } = event.image;
  const about = { event: event.kind, pipeline, bucket, key, etag };
  switch (event.kind) {
    case 'done':
      return { ...about, outputs: event.outputs, durations: event.durations, input: event.input };
    case 'lost':
      return about;
    default:
      return {
        ...about,
        code: event.failure.code,
        what: event.failure.message,
        remedy: event.failure.remedy,
      };
  }
}
