import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { KuvaError } from '../../src/image/failure.ts';
import { Secret } from '../../src/image/secret.ts';
import { type HealthOptions, healthPlug } from '../../src/web/health.ts';
import { remembered } from '../../src/web/remembered.ts';
import { startWebServer } from '../../src/web/server.ts';
import { ask } from './ask.ts';

const token = new Secret('a-token-for-this-test-alone');
const bearer = { authorization: `Bearer ${token.reveal()}` };
const fine = (): Promise<void> => Promise.resolve();

async function serve(options: Partial<HealthOptions>, withToken = false): Promise<string> {
  const plug = healthPlug({
    worker: 'w1',
    version: '1.2.3',
    dead: () => undefined,
    stopping: () => false,
    needs: { database: fine, input: fine },
    ...options,
  });
  const server = await startWebServer({
    listen: { host: '127.0.0.1', port: 0 },
    ...(withToken && { token }),
    open: [plug],
    guarded: [],
  });
  onTestFinished(() => server.close());
  return server.url;
}

describe('/healthz', () => {
  it('says 200 while the process is of use, and 503 with the reason when it is not', async () => {
    const reasons: string[] = [];
    const url = await serve({ dead: () => reasons[0] });
    const well = await ask(`${url}/healthz`);
    expect([well.status, JSON.parse(well.text)]).toEqual([
      200,
      { alive: true, worker: 'w1', version: '1.2.3' },
    ]);
    reasons.push('It has ended');
    const bad = await ask(`${url}/healthz`);
    expect(bad.status).toBe(503);
    expect(JSON.parse(bad.text)).toMatchObject({ alive: false, why: 'It has ended' });
  });
});

describe('/readyz', () => {
  it('says 200 when everything works that is needed', async () => {
    const { status, text } = await ask(`${await serve({})}/readyz`);
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      ready: true,
      checks: [
        { name: 'database', ok: true },
        { name: 'input', ok: true },
      ],
    });
  });

  it('says 503 with what is wrong and since when, and 200 again when that is over', async () => {
    let broken = true;
    const url = await serve({
      needs: {
        database: fine,
        output: () =>
          broken
            ? Promise.reject(new KuvaError('store-denied', { what: 'No access', remedy: 'Ask for it.' }))
            : fine(),
      },
    });
    const first = await ask(`${url}/readyz`);
    expect(first.status).toBe(503);
    const said = z.unknown().parse(JSON.parse(first.text));
    expect(said).toMatchObject({
      ready: false,
      checks: [
        { ok: true },
        { name: 'output', ok: false, code: 'store-denied', what: 'No access', remedy: 'Ask for it.' },
      ],
    });
    // The same trouble, the same moment.
    expect(JSON.parse((await ask(`${url}/readyz`)).text)).toEqual(said);
    broken = false;
    await expect.poll(async () => (await ask(`${url}/readyz`)).status, { timeout: 30_000 }).toBe(200);
  });

  it('does not wait for what never answers', async () => {
    const url = await serve({ needs: { input: () => new Promise<void>(() => undefined) } });
    const { status, text } = await ask(`${url}/readyz`);
    expect(status).toBe(503);
    expect(text).toContain('No answer within 5 s');
  });

  it('says 503 once the worker was told to stop', async () => {
    const { status, text } = await ask(`${await serve({ stopping: () => true })}/readyz`);
    expect(status).toBe(503);
    expect(text).toContain('told to stop');
  });

  it('tells strangers the status, and nothing else', async () => {
    const needs = {
      output: () => Promise.reject(new KuvaError('store-denied', { what: 'No access to s3://x' })),
    };
    const url = await serve({ needs }, true);
    expect(await ask(`${url}/readyz`)).toMatchObject({ status: 503, text: '{"ready":false}' });
    expect(await ask(`${url}/healthz`)).toMatchObject({ status: 200, text: '{"alive":true}' });
    expect((await ask(`${url}/readyz`, { headers: bearer })).text).toContain('s3://x');
  });
});

describe('a remembered answer', () => {
  it('is asked for once by many, again when it is old, and is not kept when it failed', async () => {
    let asked = 0;
    const question = remembered(
      () => (++asked === 1 ? Promise.reject(new Error('no')) : Promise.resolve(asked)),
      { good: 60_000, patience: 20_000 },
    );
    expect(await Promise.all([question(), question()])).toEqual([undefined, undefined]);
    expect(await question()).toBe(2);
    expect(await question()).toBe(2);
  });
});
