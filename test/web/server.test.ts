import { networkInterfaces } from 'node:os';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Secret } from '../../src/image/secret.ts';
import { keepServing } from '../../src/web/keepServing.ts';
import type { ListenAddress } from '../../src/web/listen.ts';
import { startWebServer, type WebPlug, type WebServer } from '../../src/web/server.ts';
import { ask } from './ask.ts';

const local: ListenAddress = { host: '127.0.0.1', port: 0 };
const token = new Secret('a-token-for-this-test-alone');
const bearer = { authorization: `Bearer ${token.reveal()}` };

const hello: WebPlug = (app) => {
  app.get('/hello', (context) => context.text('hello'));
  app.post('/take', async (context) => context.text(String((await context.req.arrayBuffer()).byteLength)));
  app.get('/broken', () => {
    throw new Error('the password is hunter2');
  });
};
const open: WebPlug = (app) =>
  app.get('/open', (context) => context.json({ trusted: context.get('trusted') }));

async function started(
  options: Partial<Parameters<typeof startWebServer>[0]> = {},
): Promise<WebServer & { troubles: unknown[] }> {
  const troubles: unknown[] = [];
  const server = await startWebServer({
    listen: local,
    open: [open],
    guarded: [hello],
    onTrouble: (error) => troubles.push(error),
    ...options,
  });
  onTestFinished(() => server.close());
  return { ...server, troubles };
}

const portOf = (url: string): number => Number(new URL(url).port);

describe("a worker's HTTP server", () => {
  it('answers on loopback without a token, with headers that keep it out of pages and caches', async () => {
    const { url } = await started();
    const answer = await ask(`${url}/hello`);
    expect(answer).toMatchObject({
      status: 200,
      text: 'hello',
      headers: {
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'cross-origin-resource-policy': 'same-origin',
      },
    });
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    expect((await ask(`${url}/nothing`)).status).toBe(404);
  });

  it.each([
    ['localhost', 200],
    ['LOCALHOST:8080', 200],
    ['127.0.0.1:1', 200],
    ['[::1]:9464', 200],
    ['evil.example', 421],
    ['evil.example:9464', 421],
    ['127.0.0.1.evil.example', 421],
    ['localhost.evil.example', 421],
    ['127.0.0.1@evil.example', 400],
  ])('on loopback, a request for the host "%s" is answered with %i: no DNS rebinding', async (host, status) => {
    const { url } = await started();
    expect((await ask(`${url}/hello`, { headers: { host } })).status).toBe(status);
    expect((await ask(`${url}/open`, { headers: { host } })).status).toBe(status);
  });

  it('asks for its token where it has one, and takes no other, nor one in the URL', async () => {
    const { url } = await started({ token });
    expect((await ask(`${url}/hello`, { headers: bearer })).text).toBe('hello');
    for (const authorization of [
      '',
      'Bearer',
      'Bearer ',
      'Bearer wrong',
      `Bearer ${token.reveal()}x`,
      `Bearer ${token.reveal().slice(1)}`,
      `Basic ${Buffer.from(`kuva:${token.reveal()}`).toString('base64')}`,
      token.reveal(),
    ]) {
      const answer = await ask(`${url}/hello`, { headers: { authorization } });
      expect(answer.status, authorization).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="kuva"');
      expect(answer.text).not.toContain(token.reveal());
    }
    expect((await ask(`${url}/hello?token=${token.reveal()}`)).status).toBe(401);
    // What is not there is not told to strangers either.
    expect((await ask(`${url}/nothing`)).status).toBe(401);
    expect((await ask(`${url}/open`)).text).toBe('{"trusted":false}');
    expect((await ask(`${url}/open`, { headers: bearer })).text).toBe('{"trusted":true}');
  });

  it('does not start where other machines can reach it, unless it has a token', async () => {
    for (const host of ['0.0.0.0', '::', 'example.org', '192.0.2.1']) {
      await expect(
        startWebServer({ listen: { host, port: 0 }, open: [], guarded: [] }),
        host,
      ).rejects.toThrow(/no token is set/);
    }
    const { url } = await started({ listen: { host: '0.0.0.0', port: 0 }, token });
    const [address = '127.0.0.1'] = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ family }) => family === 'IPv4')
      .map(({ address }) => address);
    const there = `http://${address}:${portOf(url)}/hello`;
    expect((await ask(there)).status).toBe(401);
    // By whatever name: a load balancer asks for the name that it knows.
    expect((await ask(there, { headers: { ...bearer, host: 'worker.example' } })).status).toBe(200);
  });

  it('refuses a body that is too large, whether its length is told or not', async () => {
    const { url } = await started();
    const body = 'x'.repeat(900_000);
    expect((await ask(`${url}/take`, { method: 'POST', body })).text).toBe('900000');
    const told = await ask(`${url}/take`, { method: 'POST', body: body + body });
    expect(told.status).toBe(413);
    const chunked = { 'transfer-encoding': 'chunked' };
    expect((await ask(`${url}/take`, { method: 'POST', body: body + body, headers: chunked })).status).toBe(
      413,
    );
    expect((await ask(`${url}/hello`)).status).toBe(200);
  });

  it('tells the asker nothing of what went wrong inside, but tells us', async () => {
    const server = await started();
    const answer = await ask(`${server.url}/broken`);
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('hunter2');
    expect(server.troubles).toMatchObject([{ message: 'the password is hunter2' }]);
  });

  it('closes at once when connections are idle, and soon when somebody holds one open', async () => {
    const server = await started();
    const held = connect(portOf(server.url), '127.0.0.1');
    held.on('error', () => undefined);
    onTestFinished(() => void held.destroy());
    await new Promise((resolve) => held.once('connect', resolve));
    held.write('GET /hello HTTP/1.1\r\nHost: localhost\r\n');
    const begun = performance.now();
    await server.close();
    expect(performance.now() - begun).toBeLessThan(8_000);
    await expect(ask(`${server.url}/hello`)).rejects.toThrow(/ECONNREFUSED/);
    await server.close();
  });
});

describe('keeping on serving', () => {
  it('goes on without a port that is taken, says so once, and has it when it is free', async () => {
    const first = await started();
    const refused: string[] = [];
    const serving = await keepServing({
      listen: { host: '127.0.0.1', port: portOf(first.url) },
      open: [],
      guarded: [hello],
      interval: 20,
      onRefused: ({ message }) => refused.push(message),
    });
    onTestFinished(() => serving.close());
    expect(serving.url).toBeUndefined();
    expect(refused).toEqual([expect.stringContaining('another program has that port')]);
    await first.close();
    await expect.poll(() => serving.url, { timeout: 20_000 }).toBe(first.url);
    expect((await ask(`${first.url}/hello`)).text).toBe('hello');
    expect(refused).toHaveLength(1);
  });

  it('does not try again when the configuration itself is at fault', async () => {
    await expect(
      keepServing({ listen: { host: '0.0.0.0', port: 0 }, open: [], guarded: [] }),
    ).rejects.toMatchObject({ code: 'config-invalid' });
  });
});
