import { chmodSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { makeAround, type TestSurroundings } from './around.ts';

const long = '0123456789abcdef0123';

function http(around: TestSurroundings, text: string) {
  around.write('kuva.yaml', text);
  return loadConfig({ around }).value.http;
}

it('nothing said about HTTP means: on the usual port of this machine, where a command keeps going', () => {
  expect(loadConfig({ around: makeAround() }).value.http).toEqual({
    listen: 'auto',
    dashboard: true,
    readOnly: false,
    previews: 1_000,
  });
});

it.each([
  ['127.0.0.1:9000', { host: '127.0.0.1', port: 9000 }],
  ['9000', { host: '127.0.0.1', port: 9000 }],
  ['localhost:9000', { host: '127.0.0.1', port: 9000 }],
  ['"[::1]:9000"', { host: '::1', port: 9000 }],
  ['off', 'off'],
  ['auto', 'auto'],
])('listen: %s is understood', (text, listen) => {
  expect(http(makeAround(), `http: { listen: ${text} }\n`)).toEqual({
    listen,
    dashboard: true,
    readOnly: false,
    previews: 1_000,
  });
});

it.each([
  '"nonsense"',
  '"127.0.0.1"',
  '"127.0.0.1:99999"',
  '"::1:9000"',
  '"[127.0.0.1]:9000"',
  '"a b:9000"',
])('listen: %s is a mistake that is told', (text) => {
  expect(() => http(makeAround(), `http: { listen: ${text} }\n`)).toThrow(/http\.listen: .*no address/);
});

it.each([
  '":9000"',
  '"0.0.0.0:9000"',
  '"[::]:9000"',
  '"worker.example:9000"',
  '"*:9000"',
])('listen: %s needs a token, from a variable or a file', (listen) => {
  const around = makeAround({ KUVA_HTTP_TOKEN: long });
  expect(() => http(around, `http: { listen: ${listen} }\n`)).toThrow(/a token is needed/);
  const given = http(around, `http: { listen: ${listen}, token: '\${KUVA_HTTP_TOKEN}' }\n`);
  expect(given.token?.reveal()).toBe(long);
  around.write('token', `${long}\n`);
  expect(http(around, `http: { listen: ${listen}, token_file: token }\n`).token?.reveal()).toBe(long);
});

it('a token in the file itself, an absent one, a short one, one in two places: mistakes, and none is shown', () => {
  const around = makeAround({ SHORT: 'secret-12345', LONG: long, SPACED: `${long} ${long}` });
  around.write('token', long);
  const complaint = (text: string): string => {
    try {
      http(around, `http: { ${text} }\n`);
    } catch (thrown) {
      return String(thrown);
    }
    return 'no complaint';
  };
  expect(complaint(`token: ${long}`)).toMatch(/does not stand in this file/);
  expect(complaint(`token: ${long}`)).not.toContain(long);
  expect(complaint("token: '${ABSENT}'")).toMatch(/ABSENT is not set/);
  expect(complaint("token: '${SHORT}'")).toMatch(/too short/);
  expect(complaint("token: '${SHORT}'")).not.toContain('secret-12345');
  expect(complaint("token: '${SPACED}'")).toMatch(/no spaces/);
  expect(complaint("token: '${LONG}', token_file: token")).toMatch(/not from two/);
  expect(complaint('token_file: nowhere')).toMatch(/not there/);
});

it('a token file that others may read is used, with a warning', () => {
  const around = makeAround();
  chmodSync(around.write('token', long), 0o644);
  around.write('kuva.yaml', 'http: { token_file: token }\n');
  const { value, notes } = loadConfig({ around });
  expect(value.http.token?.reveal()).toBe(long);
  expect(notes.join()).toMatch(/chmod 600/);
  expect(JSON.stringify(value)).not.toContain(long);
});
