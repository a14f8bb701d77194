/** The owner acts between two requests of the worker: the new object is never lost. */
import { describe, expect, inject, it } from 'vitest';
import { setVersioning } from '../../servers/buckets.ts';
import { put } from '../../store/objects.ts';
import { eventually } from '../../whole/kuva.ts';
import { tinyPicture } from '../promise/tinyPicture.ts';
import type { Fault } from '../proxy/fault.ts';
import type { RequestKind } from '../proxy/request.ts';
import { openYard } from './yard.ts';

const rgw = inject('rgw');

/** Where in the middle of the requests for one image something happens: before or after the first of this kind. */
const moments: readonly [name: string, kind: RequestKind, when: 'before' | 'after'][] = [
  ['between the listing and the GET', 'get', 'before'],
  ['between the GET and the PUT', 'get', 'after'],
  ['between the PUT and the DELETE', 'put', 'after'],
];

describe.skipIf(rgw === null).each(['unversioned', 'versioned'] as const)(
  'in a bucket that is %s',
  (bucket) => {
    it.each([
      ...moments,
      // A versioned bucket is not looked at again: the DELETE names the version.
      ...(bucket === 'versioned'
        ? []
        : ([['before the look that precedes the DELETE', 'head', 'before']] as const)),
    ])('an input that is replaced %s: the new one is an image of its own', async (_name, kind, when) => {
      if (rgw === null) return;
      const yard = await openYard(rgw, inject('postgres'));
      if (bucket === 'versioned') await setVersioning(rgw, yard.inputBucket, 'Enabled');
      await yard.put(['cat.png'], ['done', 'superseded']);
      const act = (): Promise<void> => yard.put(['cat.png']);
      const fault: Fault = { kind: 'meanwhile', when, act };
      const rule = yard.proxy.add({
        kinds: [kind],
        bucket: kind === 'put' ? yard.outputBucket : yard.inputBucket,
        key: /cat/,
        times: 1,
        fault,
      });
      const kuva = yard.start();
      await eventually(() => rule.struck === 1, 'it was replaced');
      await eventually(
        async () => (await yard.input.head(yard.key('cat.png'))) === undefined,
        () => `the new one is done; it says ${kuva.output()}`,
        60_000,
      );
      await yard.settled();
      expect((await kuva.end()).code).toBe(0);
      await yard.keepsPromise('at the end');
    });

    it.each(
      moments,
    )('an input that its owner removes %s: nothing comes back, and nothing stops', async (_name, kind, when) => {
      if (rgw === null) return;
      const yard = await openYard(rgw, inject('postgres'));
      if (bucket === 'versioned') await setVersioning(rgw, yard.inputBucket, 'Enabled');
      await yard.put(['cat.png'], ['done', 'superseded']);
      const there = await yard.input.head(yard.key('cat.png'));
      if (there === undefined) throw new Error('it is not there');
      const act = async (): Promise<void> => {
        expect(await yard.input.delete(there)).toBe('deleted');
      };
      const rule = yard.proxy.add({
        kinds: [kind],
        bucket: kind === 'put' ? yard.outputBucket : yard.inputBucket,
        key: /cat/,
        times: 1,
        fault: { kind: 'meanwhile', when, act },
      });
      const kuva = yard.start();
      await eventually(() => rule.struck === 1, 'it was removed');
      await yard.put(['dog.png']);
      await eventually(async () => (await yard.input.head(yard.key('dog.png'))) === undefined, 'it goes on');
      await yard.settled();
      expect((await kuva.end()).code).toBe(0);
      await yard.keepsPromise('at the end');
    });
  },
);

describe.skipIf(rgw === null)('between the look and the DELETE of an unversioned bucket', () => {
  it('a replacement in a later second is left alone: the server compares the time', async () => {
    if (rgw === null) return;
    const yard = await openYard(rgw, inject('postgres'));
    await yard.input.probe();
    const name = yard.key('cat.png');
    const old = await put(yard.input, name, await tinyPicture(1));
    // Whole seconds are what Ceph compares: see docs/decisions/0005.
    await eventually(() => Date.now() - old.lastModified.getTime() > 1_500, 'the next second has come');
    const act = async (): Promise<void> => {
      await yard.put(['cat.png']);
    };
    yard.proxy.add({
      kinds: ['delete'],
      key: /cat/,
      times: 1,
      fault: { kind: 'meanwhile', when: 'before', act },
    });
    const behind = yard.behindProxy();
    expect(await behind.delete(old)).toBe('changed');
    expect(await yard.input.head(name)).toBeDefined();
    const kuva = yard.start();
    await yard.done(1);
    expect((await kuva.end()).code).toBe(0);
    await yard.keepsPromise('at the end');
  });
});
