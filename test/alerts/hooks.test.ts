import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { commandHook } from '../../src/alerts/command.ts';
import type { AlertMessage } from '../../src/alerts/message.ts';
import { webHook } from '../../src/alerts/webHook.ts';
import { Secret } from '../../src/image/secret.ts';
import { openReceiver } from './receiver.ts';

const message: AlertMessage = {
  alert: 'test',
  status: 'test',
  text: 'a password-planted text; $(touch /tmp/never) `id` \n',
  pipeline: 'images',
  worker: 'w1',
  since: '2026-11-23T10:00:00.000Z',
  at: '2026-11-23T10:00:00.000Z',
  details: { key: "a'; rm -rf /.jpg" },
};

const hide = (text: string): string => text.replaceAll('password-planted', '(hidden)');

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'kuva-alerts-'));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

/** A program of the test's own, in JavaScript. */
async function program(source: string): Promise<{ command: string[]; out: string }> {
  const place = await folder();
  const [file, out] = [join(place, 'tell.cjs'), join(place, 'out')];
  await writeFile(file, source);
  return { command: [process.execPath, file, out, '$(id)', "it's"], out };
}

describe('an alert command', () => {
  it('gets the message on standard input, its arguments as they are, and nothing secret from the environment', async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'planted-in-the-environment');
    vi.stubEnv('PGPASSWORD', 'planted-in-the-environment');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { command, out } = await program(
      `require('fs').writeFileSync(process.argv[2], JSON.stringify({ args: process.argv.slice(3), env: process.env, input: JSON.parse(require('fs').readFileSync(0, 'utf8')) }))`,
    );
    await commandHook(command, { hide }).send(message);
    const got = readFileSync(out, 'utf8');
    expect(JSON.parse(got)).toMatchObject({
      args: ['$(id)', "it's"],
      input: { ...message, text: hide(message.text) },
      env: { PATH: process.env['PATH'] },
    });
    expect(got).not.toContain('planted');
  });

  it('that fails is told with the end of what it said, on one line', async () => {
    const { command } = await program(
      `process.stderr.write('x'.repeat(100000) + '\\n\\u001b[31mno such channel\\n'); process.exitCode = 7`,
    );
    const failure = await commandHook(command, { hide })
      .send(message)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'alert-failed' });
    const text = String(failure);
    expect(text).toMatch(/ended with 7: x+ \[31mno such channel$/);
    expect(text.length).toBeLessThan(2_300);
  });

  it('that hangs is ended, with what it started', async () => {
    const { command, out } = await program(
      `const { spawn } = require('child_process');
       const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
       require('fs').writeFileSync(process.argv[2], String(child.pid)); setInterval(() => {}, 1000);`,
    );
    await expect(commandHook(command, { hide, limit: 3_000 }).send(message)).rejects.toThrow(
      /took longer than 3 s/,
    );
    expect(existsSync(out)).toBe(true);
    const pid = Number(readFileSync(out, 'utf8'));
    const alive = (): boolean => {
      // A zombie is no process any more, but has a number until its parent looks.
      const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ') Z';
      return !stat.includes(') Z');
    };
    await expect.poll(alive, { timeout: 20_000 }).toBe(false);
  });

  it('that does not read, or is not there, does no harm', async () => {
    await commandHook(['true'], { hide }).send({ ...message, text: 'long '.repeat(100_000) });
    await expect(commandHook(['/nowhere/tell'], { hide }).send(message)).rejects.toThrow(
      /command tell could not be started/,
    );
  });
});

describe('an alert web hook', () => {
  const make = (url: string, more: object = {}) =>
    webHook({ url: new URL(url), header: 'Authorization', hide, limit: 5_000, ...more });

  it('posts JSON with its secret in the header that was asked for', async () => {
    const receiver = await openReceiver();
    await make(receiver.url, { secret: new Secret('s3cret') }).send(message);
    await make(receiver.url, { secret: new Secret('s3cret'), header: 'X-Token' }).send(message);
    expect(receiver.messages[0]).toEqual({ ...message, text: hide(message.text) });
    expect(receiver.headers).toMatchObject([
      { 'content-type': 'application/json', authorization: 'Bearer s3cret' },
      { 'x-token': 's3cret' },
    ]);
  });

  it('tries again when the server has a bad moment, not when it says no, and never follows elsewhere', async () => {
    const receiver = await openReceiver();
    for (const [status, tries] of [
      [503, 3],
      [429, 3],
      [403, 1],
      [302, 1],
    ] as const) {
      receiver.headers.length = 0;
      receiver.answer(status);
      const failure = await make(receiver.url)
        .send(message)
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'alert-failed' });
      expect(String(failure)).toContain(`answered ${status}`);
      expect(String(failure)).not.toContain('a-secret-path');
      expect(receiver.headers).toHaveLength(tries);
    }
  });

  it('does not wait for ever', async () => {
    const receiver = await openReceiver();
    receiver.answer(undefined);
    await expect(make(receiver.url, { limit: 300, tries: 2 }).send(message)).rejects.toThrow(
      /did not answer within/,
    );
    expect(receiver.headers).toHaveLength(2);
    await expect(make('http://127.0.0.1:1/x', { tries: 1 }).send(message)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('verifies the certificate of the server, also where the environment says that this is not needed', async () => {
    const place = await folder();
    const [key, cert] = [join(place, 'key.pem'), join(place, 'cert.pem')];
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
        ...[
          '-keyout',
          key,
          '-out',
          cert,
          '-days',
          '1',
          '-subj',
          '/CN=localhost',
          '-addext',
          'subjectAltName=IP:127.0.0.1',
        ],
      ],
      { stdio: 'ignore' },
    );
    let asked = 0;
    const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_question, answer) => {
      asked++;
      answer.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    onTestFinished(() => void vi.unstubAllEnvs());
    await expect(make(`https://127.0.0.1:${address.port}/`, { tries: 1 }).send(message)).rejects.toThrow(
      /could not be reached \((DEPTH_ZERO_)?SELF_SIGNED/,
    );
    expect(asked).toBe(0);
  });
});
