/** Each fault of an object store, on each kind of request of a running worker: nothing is lost, and it goes on by itself. */
import { describe, expect, inject, it } from 'vitest';
import { eventually } from '../../whole/kuva.ts';
import type { Fault } from '../proxy/fault.ts';
import type { RequestKind } from '../proxy/request.ts';
import { openYard } from './yard.ts';

const rgw = inject('rgw');

const every: readonly RequestKind[] = ['list', 'head', 'get', 'put', 'delete'];
const bodies: readonly RequestKind[] = ['list', 'head', 'get'];

const faults: readonly [name: string, fault: Fault, kinds: readonly RequestKind[]][] = [
  ['a delay', { kind: 'delay', milliseconds: 400 }, every],
  ['a reset before the request', { kind: 'reset-before' }, every],
  ['a reset in the middle of the request', { kind: 'reset-in-request' }, ['put']],
  ['a reset in the middle of the answer', { kind: 'reset-in-answer' }, bodies],
  ['an answer that is lost after the effect', { kind: 'lose-answer' }, every],
  ['500 InternalError', { kind: 'refuse', refusal: 'InternalError' }, every],
  ['503 SlowDown', { kind: 'refuse', refusal: 'SlowDown' }, every],
  ['503 SlowDown with Retry-After', { kind: 'refuse', refusal: 'SlowDown with Retry-After' }, every],
  ['403 AccessDenied', { kind: 'refuse', refusal: 'AccessDenied' }, every],
  ['403 RequestTimeTooSkewed', { kind: 'refuse', refusal: 'RequestTimeTooSkewed' }, every],
  ['403 ExpiredToken', { kind: 'refuse', refusal: 'ExpiredToken as 403' }, every],
  ['400 ExpiredToken', { kind: 'refuse', refusal: 'ExpiredToken' }, every],
  ['403 InvalidAccessKeyId', { kind: 'refuse', refusal: 'InvalidAccessKeyId' }, every],
  ['404 NoSuchBucket', { kind: 'refuse', refusal: 'NoSuchBucket' }, every],
  ['404 NoSuchKey', { kind: 'refuse', refusal: 'NoSuchKey' }, ['get', 'put']],
  ["a load balancer's page with 502", { kind: 'html', status: 502 }, every],
  ["a load balancer's page with 504", { kind: 'html', status: 504 }, every],
  ["a load balancer's page with 200", { kind: 'html', status: 200 }, every],
  ['an answer shorter than announced', { kind: 'cut-answer', framing: 'length' }, bodies],
  ['a chunked answer without its end', { kind: 'cut-answer', framing: 'chunked' }, bodies],
  ['a shortened answer that ends well', { kind: 'shorten-answer' }, bodies],
  ['a flipped bit', { kind: 'flip-bit' }, ['get']],
  ['a request that arrives twice', { kind: 'send-twice' }, every],
];

describe.skipIf(rgw === null)('an object store that gives', () => {
  it.each(
    faults,
  )('%s to each kind of request: nothing is lost, false or double, and all images are done', async (_name, fault, kinds) => {
    if (rgw === null) return;
    const yard = await openYard(rgw, inject('postgres'));
    const rules = kinds.map((kind) => ({
      kind,
      rule: yard.proxy.add({
        kinds: [kind],
        ...(kind !== 'list' && { key: /img/ }),
        times: kind === 'list' ? 2 : 3,
        fault,
      }),
    }));
    await yard.put(['img 1.png', 'img 2.png', 'a/img 3.png', 'img 4.png']);
    const kuva = yard.start();
    await eventually(
      async () => {
        const { done, rejected = 0, failed = 0 } = await yard.counts();
        expect(rejected + failed, kuva.output()).toBe(0);
        return done === 4;
      },
      () => `all are done; it says ${kuva.output()}`,
      90_000,
    );
    // An input that has lain there for ten seconds is removed without a look. On a slow machine all four had; what is put
    // in now is young, and is looked at.
    const looks = rules.find(({ kind }) => kind === 'head')?.rule;
    for (let count = 5; looks?.struck === 0 && count < 10; count += 1) {
      await yard.put([`img ${count}.png`]);
      await yard.done(count, 90_000);
    }
    for (const { kind, rule } of rules) expect(rule.struck, `the fault struck at ${kind}`).toBeGreaterThan(0);
    await yard.keepsPromise('under way');
    const { code } = await kuva.end();
    expect(code, kuva.output()).toBe(0);
    await yard.keepsPromise('at the end');
  });

  it('the same flipped bit at each reading: no image is made from it or blamed for it', async () => {
    if (rgw === null) return;
    const yard = await openYard(rgw, inject('postgres'));
    // Two attempts read twice each.
    const flip = yard.proxy.add({ kinds: ['get'], key: /img/, times: 4, fault: { kind: 'flip-bit' } });
    await yard.put(['img 1.png']);
    const kuva = yard.start();
    await yard.done(1, 90_000);
    expect(flip.struck).toBe(4);
    expect((await kuva.end()).code).toBe(0);
    await yard.keepsPromise('at the end');
  });

  it('an old listing: what is done is not done again', async () => {
    if (rgw === null) return;
    const yard = await openYard(rgw, inject('postgres'));
    // Shown as waiting once more, and then found gone, an image may count as removed by its owner; its row stands.
    await yard.put(['img 1.png', 'img 2.png'], ['done', 'superseded']);
    const kuva = yard.start();
    // The images are seen, and shown again for as long as the fault lasts.
    await eventually(
      () => yard.proxy.log.some(({ request, status }) => request.kind === 'list' && status === 200),
      'it has listed',
    );
    const stale = yard.proxy.add({
      kinds: ['list'],
      bucket: yard.inputBucket,
      fault: { kind: 'stale-listing' },
    });
    await eventually(() => stale.struck >= 6, 'the old listing was shown again');
    await eventually(
      async () => (await yard.input.head(yard.key('img 1.png'))) === undefined,
      'it is removed',
    );
    const before = stale.struck;
    await eventually(() => stale.struck > before + 4, 'the old listing was shown after the end');
    await yard.keepsPromise('under way');
    stale.end();
    await yard.put(['img 3.png']);
    await eventually(async () => (await yard.input.head(yard.key('img 3.png'))) === undefined, 'it goes on');
    await yard.settled();
    await kuva.end();
    await yard.keepsPromise('at the end');
  });
});

describe.skipIf(rgw === null)('a worker that is started', () => {
  it('while the object store is away waits for it, and tries it out afterwards', async () => {
    if (rgw === null) return;
    const yard = await openYard(rgw, inject('postgres'));
    await yard.put(['img 1.png']);
    yard.proxy.add({ fault: { kind: 'reset-before' } });
    const kuva = yard.start();
    await kuva.says(/Waiting; nothing is lost/);
    yard.proxy.clear();
    yard.proxy.add({
      key: /^\.kuva-probe/,
      kinds: ['put', 'delete'],
      times: 2,
      fault: { kind: 'lose-answer' },
    });
    await eventually(async () => (await yard.counts())['done'] === 1, 'it is done', 60_000);
    expect((await kuva.end()).code).toBe(0);
    await yard.keepsPromise('at the end');
  });

  it('with a bucket that is not there says so at once', async () => {
    if (rgw === null) return;
    const yard = await openYard(rgw, inject('postgres'));
    yard.proxy.add({ fault: { kind: 'refuse', refusal: 'NoSuchBucket' } });
    const { code, stderr } = await yard.start().finished;
    expect(code).toBe(75);
    expect(stderr).toContain('there is no such bucket');
  });
});

describe.skipIf(rgw === null)('`kuva status` meanwhile', () => {
  const told: readonly [RequestKind, Fault, resource: string, code: string, words: RegExp][] = [
    [
      'list',
      { kind: 'refuse', refusal: 'InternalError' },
      'input',
      'store-unreachable',
      /a fault of its own/,
    ],
    ['get', { kind: 'html', status: 502 }, 'reading', 'store-unreachable', /HTTP 502/],
    ['put', { kind: 'refuse', refusal: 'SlowDown' }, 'output', 'store-busy', /asks to slow down/],
    ['delete', { kind: 'refuse', refusal: 'AccessDenied' }, 'removal', 'store-denied', /may not do that/],
    [
      'list',
      { kind: 'refuse', refusal: 'RequestTimeTooSkewed' },
      'input',
      'store-denied',
      /the clock of this machine is (40|39)[^;]* behind that of the service/,
    ],
  ];
  it('says what is wrong, with which bucket and since when, all of it, and is quiet afterwards', async () => {
    if (rgw === null) return;
    const yard = await openYard(rgw, inject('postgres'));
    const kuva = yard.start();
    await yard.put(['img 0.png']);
    await yard.done(1);
    let count = 1;
    for (const [kind, fault, resource, code, words] of told) {
      const begun = Date.now();
      const rule = yard.proxy.add({ kinds: [kind], ...(kind !== 'list' && { key: /img/ }), fault });
      await yard.put([`img ${count}.png`]);
      count += 1;
      const outage = await yard.told(resource, code);
      expect(outage.failure.what).toMatch(words);
      expect(outage.url).toBe(`s3://${resource === 'output' ? yard.outputBucket : yard.inputBucket}`);
      expect(outage.since.getTime()).toBeGreaterThan(begun - 2_000);
      expect(outage.since.getTime()).toBeLessThan(Date.now() + 2_000);
      const text = await yard.statusText();
      expect(text).toContain(outage.url);
      expect(text).toMatch(words);
      rule.end();
      await yard.done(count, 120_000);
      await yard.quiet();
    }
    // Two at once are told both.
    yard.proxy.add({ kinds: ['list'], fault: { kind: 'refuse', refusal: 'InternalError' } });
    await yard.told('input', 'store-unreachable');
    yard.proxy.clear();
    await yard.quiet();
    expect((await kuva.end()).code).toBe(0);
    await yard.keepsPromise('at the end');
  });
});
