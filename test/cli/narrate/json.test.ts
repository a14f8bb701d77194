import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { logFields } from '../../../src/cli/narrate/fields.ts';
import { hideSecretsOf } from '../../../src/cli/narrate/hide.ts';
import { jsonNarrator } from '../../../src/cli/narrate/json.ts';
import type { Narrator } from '../../../src/cli/narrate/narrator.ts';
import { plainNarrator } from '../../../src/cli/narrate/plain.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { KuvaError } from '../../../src/image/failure.ts';
import { makeAround } from '../../config/around.ts';
import { doneEvent, failedEvent, lostEvent } from '../../web/sampleEvents.ts';

const lineSchema = z.record(z.string(), z.unknown());

function narrator(
  level = 'debug',
  hide = (text: string): string => text,
): { log: Narrator; lines: string[] } {
  const lines: string[] = [];
  const log = jsonNarrator({
    pipeline: 'images',
    worker: 'w1',
    level,
    hide,
    write: (line) => lines.push(line),
  });
  return { log, lines };
}

const parsed = (lines: readonly string[]): Record<string, unknown>[] =>
  lines.map((line) => lineSchema.parse(JSON.parse(line)));

describe('the JSON log', () => {
  it('gives every line about an image the same id, with key, bucket, attempt and durations', () => {
    const { log, lines } = narrator();
    for (const event of [doneEvent(), failedEvent('attempt-failed'), failedEvent('failed'), lostEvent])
      log.image(event);
    const shown = parsed(lines);
    expect(shown).toHaveLength(4);
    for (const line of shown)
      expect(line).toMatchObject({
        image: 7,
        attempt: 2,
        pipeline: 'images',
        worker: 'w1',
        bucket: 'input_bucket',
        key: 'folder/cat.jpg',
        durations: { wait: 3, get: 12, transform: 250 },
      });
    expect(shown.map(({ level, event }) => [level, event])).toEqual([
      ['info', 'done'],
      ['warn', 'attempt-failed'],
      ['error', 'failed'],
      ['info', 'lost'],
    ]);
    expect(shown[2]).toMatchObject({
      code: 'transform-failed',
      what: 'It broke',
      data: 'It stays.',
      remedy: 'Look at it.',
    });
    expect(shown[0]).toMatchObject({ outputs: [{ key: 'negated_cat.jpg' }], input: 'deleted' });
  });

  it('has no field that the table of the docs lacks, and shows every one of the table', () => {
    const { log, lines } = narrator();
    for (const event of [doneEvent(), failedEvent()]) log.image(event);
    const outage = {
      resource: 'input',
      failure: new KuvaError('store-unreachable', { what: 'away', data: 'd', remedy: 'r' }),
      since: new Date(Date.now() - 5_000),
    } as const;
    log.outage(outage, false);
    log.outage(outage, true);
    log.note('warn', 'something');
    const used = new Set(parsed(lines).flatMap((line) => Object.keys(line)));
    expect([...used].sort()).toEqual(Object.keys(logFields).sort());
    const page = readFileSync('docs/monitoring.md', 'utf8');
    for (const name of used) expect(page).toContain(`| \`${name}\` |`);
  });

  it('keeps a line a line, and steers no terminal, whatever a key holds; and the key comes back whole', () => {
    const nasty = 'a\nb\r\u001b[2J\u009b2J\u202egpj.exe\u2028\u2029\u200f"\\😀\u{e0041}.jpg';
    const { log, lines } = narrator();
    log.image(doneEvent(nasty));
    expect(lines.join('').trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(parsed(lines)[0]).toMatchObject({ key: nasty });
  });

  it('says only what its level asks for', () => {
    const { log, lines } = narrator('error');
    log.image(doneEvent());
    log.image(failedEvent('rejected'));
    log.note('warn', 'quiet');
    log.image(failedEvent('failed'));
    expect(parsed(lines).map(({ event }) => event)).toEqual(['failed']);
  });
});

describe('secrets', () => {
  const planted = {
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'S3/secret+key="planted"',
    AWS_SESSION_TOKEN: 'session-token-planted',
    DB: 'database password planted',
    TOKEN: 'http-token-planted-0123',
  };
  /** As the program does it: from a configuration that names them all. */
  const hideThem = (): ((text: string) => string) => {
    const around = makeAround(planted);
    around.write(
      'kuva.yaml',
      "input: s3://aaa\noutput: s3://bbb\ndatabase: { host: h, user: u, password: '${DB}' }\nhttp: { token: '${TOKEN}' }\n",
    );
    return hideSecretsOf(loadConfig({ around }).value);
  };
  const texts = [
    ...Object.entries(planted).flatMap(([name, value]) =>
      name === 'AWS_ACCESS_KEY_ID' ? [] : [value, encodeURIComponent(value)],
    ),
    'somebody-elses-password',
  ];
  const leaking = `refused postgres://u:${encodeURIComponent(planted.DB)}@h/d?x=${planted.TOKEN}, https://me:somebody-elses-password@proxy/, signed with ${planted.AWS_SECRET_ACCESS_KEY} and ${planted.AWS_SESSION_TOKEN}; ${planted.DB}`;
  const failure = new KuvaError('store-protocol', {
    what: leaking,
    data: leaking,
    remedy: leaking,
    cause: leaking,
  });
  const tellAll = (log: Narrator): void => {
    log.note('error', leaking);
    log.image(failedEvent('failed', failure));
    log.image(failedEvent('rejected', failure));
    log.image(failedEvent('attempt-failed', failure));
    log.outage({ resource: 'database', failure, since: new Date() }, false);
    log.outage({ resource: 'database', failure, since: new Date() }, true);
  };

  it('do not reach a line of the JSON log, also when a server quotes them in an error', () => {
    const { log, lines } = narrator('debug', hideThem());
    tellAll(log);
    expect(lines).toHaveLength(6);
    for (const text of texts) {
      expect(lines.join('')).not.toContain(text);
      expect(lines.join('')).not.toContain(JSON.stringify(text).slice(1, -1));
    }
    expect(lines.join('')).toContain('(hidden)');
    expect(parsed(lines)).toHaveLength(6);
  });

  it('do not reach a plain line either', () => {
    const lines: string[] = [];
    const terminal: Terminal = {
      json: false,
      live: false,
      width: 80,
      line: (text = '') => lines.push(text),
      errorLine: (text) => lines.push(text),
      exactLine: (text) => lines.push(text),
      clear: () => undefined,
      redraw: (text) => lines.push(text),
      paint: (_colour, text) => text,
    };
    tellAll(plainNarrator(terminal, { every: true, debug: true, hide: hideThem() }));
    expect(lines.length).toBeGreaterThan(5);
    for (const text of texts) expect(lines.join('\n')).not.toContain(text);
    expect(lines.join('\n')).toContain('(image 7)');
  });
});
