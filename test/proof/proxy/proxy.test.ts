/** The fault proxy itself: a fault that does not do what it says would prove nothing. */
import { randomBytes } from 'node:crypto';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import type { KuvaError } from '../../../src/image/failure.ts';
import { toKuvaError } from '../../../src/image/failure.ts';
import { parseObjectKey } from '../../../src/image/key.ts';
import type { ObjectStore } from '../../../src/store/contract.ts';
import { openS3Store } from '../../../src/store/s3/store.ts';
import { connectionTo, freshBucket } from '../../servers/buckets.ts';
import { sha256 } from '../../store/objects.ts';
import type { Fault } from './fault.ts';
import { type FaultProxy, openFaultProxy } from './proxy.ts';
import type { RequestKind } from './request.ts';
import { Rules, seededRandom } from './rules.ts';

const rgw = inject('rgw');

/** A proxy before the test run's RGW, a store that goes through it, and one that does not. */
async function open(
  seed?: number,
): Promise<{ proxy: FaultProxy; store: ObjectStore; direct: ObjectStore; bucket: string }> {
  if (rgw === null) throw new Error('no RGW');
  const proxy = await openFaultProxy(rgw.endpoint, seed);
  const bucket = await freshBucket(rgw);
  const direct = openS3Store(connectionTo(rgw), bucket);
  const parts = { multipartThreshold: 6 * 1024 ** 2, partSize: 5 * 1024 ** 2 };
  const store = openS3Store(connectionTo(rgw, { endpoint: new URL(proxy.url) }), bucket, {
    ...parts,
    answerTimeout: 1_500,
  });
  onTestFinished(async () => {
    await Promise.all([store.close(), direct.close()]);
    await proxy.close();
  });
  return { proxy, store, direct, bucket };
}

const key = parseObjectKey("ä folder/anna's + cat%20.jpg");

function put(store: ObjectStore, bytes: Uint8Array, name = key): Promise<unknown> {
  return store.put(name, bytes, { contentType: 'image/jpeg', sha256: sha256(bytes) });
}

async function read(store: ObjectStore): Promise<Buffer> {
  const { body } = await store.get(key);
  const chunks: Buffer[] = [];
  for await (const chunk of body) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function keysOf(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { objects } of store.list()) keys.push(...objects.map((object) => object.key));
  return keys;
}

async function failureOf(action: Promise<unknown>): Promise<KuvaError> {
  const thrown = await action.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (thrown === undefined) throw new Error('it went well');
  return toKuvaError(thrown);
}

const photo = randomBytes(300_000);

describe.skipIf(rgw === null)('the fault proxy', () => {
  it('passes every kind of request on to the real server, signatures and all, and logs it', async () => {
    const { proxy, store, direct, bucket } = await open();
    const large = randomBytes(7 * 1024 ** 2);
    expect(await store.probe()).toEqual(await direct.probe());
    await put(store, large);
    expect((await read(store)).equals(large)).toBe(true);
    await put(store, photo);
    expect((await read(store)).equals(photo)).toBe(true);
    expect(await keysOf(store)).toEqual([key]);
    const there = await store.head(key);
    if (there === undefined) throw new Error('it is not there');
    expect(await store.delete(there)).toBe('deleted');
    expect(await keysOf(direct)).toEqual([]);
    const ours = proxy.log.filter(({ request }) => request.key === key);
    expect(new Set(ours.map(({ request }) => request.kind))).toEqual(
      new Set(['create-upload', 'put-part', 'complete-upload', 'put', 'get', 'head', 'delete']),
    );
    expect(ours.every(({ request, fault }) => request.bucket === bucket && fault === undefined)).toBe(true);
  });

  const faults: readonly [string, Fault, string][] = [
    ['reset before the request', { kind: 'reset-before' }, 'store-unreachable'],
    ['reset in the answer', { kind: 'reset-in-answer' }, 'store-unreachable'],
    ['silence', { kind: 'silence' }, 'store-unreachable'],
    ['a 500', { kind: 'refuse', refusal: 'InternalError' }, 'store-unreachable'],
    ['a 503', { kind: 'refuse', refusal: 'SlowDown' }, 'store-busy'],
    ['a 503 with Retry-After', { kind: 'refuse', refusal: 'SlowDown with Retry-After' }, 'store-busy'],
    ['a refusal', { kind: 'refuse', refusal: 'AccessDenied' }, 'store-denied'],
    ['a missing bucket', { kind: 'refuse', refusal: 'NoSuchBucket' }, 'bucket-missing'],
    ['a missing object', { kind: 'refuse', refusal: 'NoSuchKey' }, 'object-missing'],
    ["a load balancer's page", { kind: 'html', status: 502 }, 'store-unreachable'],
    ['an answer cut short', { kind: 'cut-answer', framing: 'length' }, 'store-unreachable'],
    ['a chunked answer cut short', { kind: 'cut-answer', framing: 'chunked' }, 'store-unreachable'],
  ];
  it.each(faults)('gives a GET %s, and lets it through when the fault ends', async (_name, fault, code) => {
    const { proxy, store, direct } = await open();
    await put(direct, photo);
    const rule = proxy.add({ kinds: ['get'], fault });
    expect((await failureOf(read(store))).code).toBe(code);
    expect(rule.struck).toBeGreaterThan(0);
    rule.end();
    expect((await read(store)).equals(photo)).toBe(true);
  });

  it('resets in the middle of a PUT, which leaves nothing on the server', async () => {
    const { proxy, store, direct } = await open();
    proxy.add({ kinds: ['put'], fault: { kind: 'reset-in-request' } });
    expect((await failureOf(put(store, photo))).code).toBe('store-unreachable');
    expect(await direct.head(key)).toBeUndefined();
  });

  it.each([
    'put',
    'create-upload',
    'complete-upload',
    'delete',
  ] as const)('loses the answer to a %s that did take effect', async (kind: RequestKind) => {
    const { proxy, store, direct } = await open();
    if (kind === 'delete') await put(direct, photo);
    await store.probe();
    const rule = proxy.add({ kinds: [kind], key: /cat/, times: 1, fault: { kind: 'lose-answer' } });
    const before = proxy.log.length;
    const bytes = kind === 'put' ? photo : randomBytes(7 * 1024 ** 2);
    const there = await direct.head(key);
    await (there === undefined ? put(store, bytes) : store.delete(there)).catch(() => undefined);
    expect(rule.struck).toBe(1);
    expect(proxy.log.slice(before).find(({ fault }) => fault !== undefined)).toMatchObject({ status: 0 });
    if (kind === 'delete') expect(await direct.head(key)).toBeUndefined();
    else if (kind !== 'create-upload') expect(await direct.head(key)).toMatchObject({ size: bytes.length });
  });

  it('flips one bit of a body, and ends a body early as if that were all', async () => {
    const { proxy, store, direct } = await open();
    await put(direct, photo);
    const flip = proxy.add({ kinds: ['get'], fault: { kind: 'flip-bit' } });
    const flipped = await read(store);
    const different = flipped.filter((byte, at) => byte !== photo[at]);
    expect([flipped.length, different.length]).toEqual([photo.length, 1]);
    flip.end();
    proxy.add({ kinds: ['get'], fault: { kind: 'shorten-answer' } });
    const answer = await fetch(`${proxy.url}/x`).catch(() => undefined);
    expect(answer?.status).toBeGreaterThanOrEqual(400);
    expect((await failureOf(read(store))).code).toMatch(/^store-/);
  });

  it('sends a request twice, replays an old listing, waits, and lets a test act in between', async () => {
    const { proxy, store, direct } = await open();
    await put(direct, photo);
    expect(await keysOf(store)).toEqual([key]);
    const there = await direct.head(key);
    if (there === undefined) throw new Error('it is not there');
    await store.probe();
    proxy.add({ kinds: ['delete'], key: /cat/, times: 1, fault: { kind: 'send-twice' } });
    expect(await store.delete(there)).toBe('deleted');
    const stale = proxy.add({ kinds: ['list'], fault: { kind: 'stale-listing' } });
    expect(await keysOf(store)).toEqual([key]);
    stale.end();
    expect(await keysOf(store)).toEqual([]);

    proxy.add({ kinds: ['list'], times: 1, fault: { kind: 'delay', milliseconds: 300 } });
    const begun = performance.now();
    await keysOf(store);
    expect(performance.now() - begun).toBeGreaterThan(290);

    const act = (): Promise<void> => put(direct, photo).then(() => undefined);
    proxy.add({ kinds: ['head'], times: 1, fault: { kind: 'meanwhile', when: 'after', act } });
    expect(await store.head(key)).toBeUndefined();
    expect(await direct.head(key)).toMatchObject({ size: photo.length });
  });
});

describe('rules', () => {
  const asked = {
    number: 1,
    kind: 'put',
    method: 'PUT',
    bucket: 'b',
    key: 'a/cat.jpg',
    query: new URLSearchParams('uploadId=1'),
    target: '/b/a/cat.jpg?uploadId=1',
  } as const;
  const fault = { kind: 'silence' } as const;
  const strikes = (rules: Rules, count: number): boolean[] =>
    Array.from({ length: count }, () => rules.faultFor(asked) !== undefined);

  it('strike where everything fits, from the nth time on, so many times', () => {
    const rules = new Rules(() => 0);
    for (const other of [{ bucket: 'c' }, { key: /dog/ }, { method: 'GET' }, { query: 'tagging' }])
      rules.add({ ...other, fault });
    rules.add({ kinds: ['get', 'list'], fault });
    expect(strikes(rules, 2)).toEqual([false, false]);
    const rule = { kinds: ['put'], bucket: 'b', key: /cat/, query: 'uploadId', from: 2, times: 2 } as const;
    const active = rules.add({ ...rule, fault });
    expect(strikes(rules, 5)).toEqual([false, true, true, false, false]);
    expect(active.struck).toBe(2);
  });

  it('strike by chance, and the same for the same seed', () => {
    const history = (seed: number): boolean[] => {
      const rules = new Rules(seededRandom(seed));
      rules.add({ probability: 0.3, fault });
      return strikes(rules, 1_000);
    };
    expect(history(7)).toEqual(history(7));
    expect(history(7)).not.toEqual(history(8));
    const share = history(7).filter(Boolean).length / 1_000;
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.35);
  });
});
