import { expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { makeAround } from './around.ts';

function load(text: string, env: Record<string, string> = {}) {
  const around = makeAround(env);
  around.write('hook.secret', 's3cret-of-the-hook\n');
  around.write('kuva.yaml', `alerts: ${text}\n`);
  return loadConfig({ around }).value.alerts;
}

it('nothing said about alerts means: nobody is told, and these are the times', () => {
  expect(load('{}')).toEqual({ interval: 900_000, stalled: 900_000, outage: 300_000 });
});

it('a command is a list, never a line for a shell', () => {
  expect(load('{ command: [tell, "a b"], stalled: 1h }')).toMatchObject({
    command: ['tell', 'a b'],
    stalled: 3_600_000,
  });
  expect(() => load('{ command: tell me }')).toThrow(/alerts\.command/);
});

it('a web hook has its URL and its secret from the environment or a file', () => {
  const env = { ALERT_URL: 'https://chat.example/hooks/planted', ALERT_SECRET: 's3cret' };
  const { webHook } = load("{ web_hook: { url: '${ALERT_URL}', secret: '${ALERT_SECRET}' } }", env);
  expect(webHook?.url.href).toBe(env.ALERT_URL);
  expect(webHook?.secret?.reveal()).toBe('s3cret');
  expect(webHook?.header).toBe('Authorization');
  const fromFile = load(
    '{ web_hook: { url: "https://x.example/", secret_file: hook.secret, header: X-Token } }',
  );
  expect(fromFile.webHook?.secret?.reveal()).toBe('s3cret-of-the-hook');
});

it.each([
  ['{ url: "ftp://x/" }', /no URL to post to/],
  ['{ url: "https://me:pw@x/" }', /no URL to post to/],
  ["{ url: '${ABSENT}' }", /ABSENT is not set/],
  ['{ url: "https://x.example/", secret: literal }', /does not stand in this file/],
  ['{ url: "http://x.example/", secret_file: hook.secret }', /for everyone to read/],
  ['{ url: "https://x.example/", header: "a b" }', /no name of a header/],
])('web_hook: %s is a mistake that is told', (text, what) => {
  expect(() => load(`{ web_hook: ${text} }`)).toThrow(what);
});

it('a secret may go over plain HTTP to this machine, where nobody reads along', () => {
  for (const host of ['127.0.0.1', 'localhost', '[::1]'])
    expect(
      load(`{ web_hook: { url: "http://${host}:1/", secret_file: hook.secret } }`).webHook,
    ).toBeDefined();
});
