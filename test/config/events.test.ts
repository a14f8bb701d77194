import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { settingsAsJson, showSettings } from '../../src/config/show.ts';
import { makeAround, type TestSurroundings } from './around.ts';

const long = 'a-secret-that-is-long-enough';
const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key' };
const s3 = 'input: s3://input_bucket\noutput: s3://output_bucket\ns3: { endpoint: https://a3s.fi }\n';

function load(around: TestSurroundings, text: string) {
  around.write('kuva.yaml', text);
  return loadConfig({ around });
}

describe('the events block', () => {
  it('has a URL, a secret from the environment or a file, and the longest pause between two looks', () => {
    const around = makeAround({ ...keys, EVENTS: long });
    const text = `${s3}http: { listen: '127.0.0.1:9464' }\nevents: { url: 'http://127.0.0.1:9464', secret: '\${EVENTS}', poll: 5min }\n`;
    const { value, settings } = load(around, text);
    expect(value.events?.secret.reveal()).toBe(long);
    expect(value.events?.poll).toBe(300_000);
    expect(JSON.stringify(settingsAsJson(settings)) + showSettings(settings).join()).not.toContain(long);
    around.write('secret', `${long}\n`);
    const file = load(around, `${s3}events: { url: 'http://127.0.0.1:9464', secret_file: secret }\n`);
    expect(file.value.events?.secret.reveal()).toBe(long);
    expect(file.value.events?.poll).toBe(60_000);
    expect(load(around, s3).value.events).toBeUndefined();
  });

  it.each([
    ['no secret', `${s3}events: { url: 'http://h:9464' }`, /events need a secret/],
    [
      'a secret in the file',
      `${s3}events: { url: 'http://h:9464', secret: 'hunter2hunter2hunter2' }`,
      /does not stand in this file/,
    ],
    ['a short secret', `${s3}events: { url: 'http://h:9464', secret: '\${SHORT}' }`, /too short/],
    [
      'a variable that is not set',
      `${s3}events: { url: 'http://h:9464', secret: '\${NONE}' }`,
      /NONE is not set/,
    ],
    [
      'a password in the URL',
      `${s3}events: { url: 'http://u:p@h:9464', secret: '\${EVENTS}' }`,
      /no user name or password/,
    ],
    [
      'a folder as input',
      `output: file:out\nevents: { url: 'http://h:9464', secret: '\${EVENTS}' }`,
      /the input is a folder/,
    ],
    [
      'no HTTP server',
      `${s3}http: { listen: off }\nevents: { url: 'http://h:9464', secret: '\${EVENTS}' }`,
      /listen: off/,
    ],
  ])('refuses %s', (_what, text, message) => {
    const around = makeAround({ ...keys, EVENTS: long, SHORT: 'short' });
    expect(() => load(around, `${text}\n`)).toThrow(message);
    try {
      load(around, `${text}\n`);
    } catch (thrown) {
      expect(String(thrown)).not.toContain('hunter2');
    }
  });

  it('notes that an object store elsewhere cannot reach an address of this machine alone', () => {
    const around = makeAround({ ...keys, EVENTS: long });
    const block = `events: { url: 'http://192.168.1.5:9464', secret: '\${EVENTS}' }\n`;
    expect(load(around, s3 + block).notes.join()).toContain('cannot reach it');
    const open = `http: { listen: ':9464', token: '\${EVENTS}' }\n`;
    expect(load(around, s3 + open + block).notes.join()).not.toContain('cannot reach it');
  });
});
