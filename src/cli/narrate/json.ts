import pino from 'pino';
import { describeFailure, type KuvaError } from '../../image/failure.ts';
import { showKey } from '../../image/key.ts';
import { visibleJson } from '../../image/visible.ts';
import type { ImageEvent } from '../../pipeline/event.ts';
import type { LogField } from './fields.ts';
import { type Hide, hidePasswordsInUrls } from './hide.ts';
import type { Narrator } from './narrator.ts';

export interface JsonNarratorOptions {
  readonly pipeline: string;
  readonly worker: string;
  readonly level: string;
  readonly hide: Hide;
  /** Left out: standard output. */
  readonly write?: (line: string) => void;
}

type Fields = Partial<Record<LogField, unknown>>;

/** One JSON object a line, on standard output: for log collectors and scripts. Its fields: `fields.ts`. */
export function jsonNarrator({ pipeline, worker, level, hide, write }: JsonNarratorOptions): Narrator {
  const log = pino(
    {
      level,
      base: { pipeline, worker },
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: 'message',
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: (line) => visibleJson(hide(line)) },
    },
    write === undefined ? pino.destination({ dest: 1, sync: true }) : { write },
  );
  return {
    image: (event) => {
      const { level: its, words } = kinds[event.kind];
      log[its](imageFields(event), `${showKey(event.image.key)} ${words}`);
    },
    outage: ({ resource, failure, since }, over) => {
      const about: Fields = { event: over ? 'outage-over' : 'outage', resource, since };
      if (over) {
        const seconds = Math.round((Date.now() - since.getTime()) / 1000);
        log.info({ ...about, code: failure.code, seconds }, `${resource} is back`);
      } else {
        const fields = failureFields(failure);
        log.warn({ ...about, ...fields }, fields.what);
      }
    },
    note: (its, text) => {
      log[its]({ event: 'note' }, hidePasswordsInUrls(text));
    },
  };
}

const kinds = {
  done: { level: 'info', words: 'is done' },
  rejected: { level: 'warn', words: 'was set aside: it can never succeed' },
  failed: { level: 'error', words: 'was set aside: its attempts are used up' },
  superseded: { level: 'info', words: 'was replaced or removed by its owner' },
  skipped: { level: 'info', words: 'is left alone, as a rule says' },
  'attempt-failed': { level: 'warn', words: 'will be tried again' },
  postponed: { level: 'info', words: 'is tried again soon; that was no attempt' },
  lost: { level: 'info', words: 'was taken over by another worker' },
} as const satisfies Record<ImageEvent['kind'], { level: string; words: string }>;

function imageFields(event: ImageEvent): Fields {
  const { id, attempt, size, durations, image } = event;
  const about: Fields = {
    event: event.kind,
    image: Number(id),
    ...(attempt !== undefined && { attempt }),
    bucket: image.bucket,
    key: image.key,
    etag: image.etag,
    bytes: size,
    durations,
  };
  switch (event.kind) {
    case 'done':
      return { ...about, outputs: event.outputs, input: event.input };
    case 'lost':
      return about;
    default:
      return { ...about, ...failureFields(event.failure) };
  }
}

function failureFields(failure: KuvaError): Fields & { what: string } {
  const [what = ''] = describeFailure(failure).map(hidePasswordsInUrls);
  const { code, data, remedy } = failure;
  return {
    code,
    what,
    ...(data !== undefined && { data: hidePasswordsInUrls(data) }),
    ...(remedy !== undefined && { remedy: hidePasswordsInUrls(remedy) }),
  };
}
