/** At each point the owner replaces or removes the very image that is in work: the new one is done, nothing is lost. */
import { describe, inject, it } from 'vitest';
import { type At, type CrashPoint, crashPoints } from '../../../src/image/crashPoint.ts';
import { systemClock } from '../../../src/pipeline/clock.ts';
import { drain } from '../../../src/pipeline/drain.ts';
import { arrangements } from './case.ts';
import { grounds as allGrounds, pointsOf } from './cases.ts';
import { wire } from './wire.ts';
import { makeWorld } from './world.ts';

const servers = { postgres: inject('postgres'), rgw: inject('rgw') };
const grounds = allGrounds.filter((ground) => ground === 'folder' || servers.rgw !== null);
const onTheWay = (point: CrashPoint): boolean =>
  arrangements[point].storeOnly !== true && arrangements[point].after === undefined;
const cases = grounds.flatMap((ground) =>
  pointsOf(ground)
    // In a bucket that keeps versions the version itself is removed, without a look before.
    .filter((point) => onTheWay(point) && !(ground === 's3 with versions' && point === 's3.compared'))
    .map((point) => ({ ground, point, text: crashPoints.find(({ name }) => name === point)?.text ?? '' })),
);

describe.concurrent.each(cases)('on $ground, $point: $text', ({ ground, point }) => {
  it.for(['replaces', 'removes'] as const)('the owner %s the image there', async (act, { expect }) => {
    const { moveRejected = false, movesDone = false, chooses = false } = arrangements[point];
    const world = await makeWorld(ground, servers, { moveRejected, movesDone, chooses });
    try {
      const rejection = moveRejected || point === 'attempt-settled';
      await world.put('b/cat.png', rejection ? 'broken' : 1, 'superseded');
      const putAt = Date.now();
      let acts = 0;
      const acted = signalled();
      const at: At = async (passed) => {
        if (passed !== point || ++acts > 1) return;
        // Ceph RGW compares whole seconds when it removes: a replacement in the same second is the known window.
        await new Promise((wake) => setTimeout(wake, Math.max(0, putAt + 1_200 - Date.now())));
        if (act === 'replaces') await world.put('b/cat.png', 2, 'done');
        else await world.remove('b/cat.png');
        acted.done();
      };
      const wired = await wire(world.wiring, 'worker', at);
      const stop = new AbortController();
      const working = wired.run(stop.signal);
      try {
        // Once to come to the point, once for what was put in there after the last look.
        const finish = (): Promise<void> =>
          drain({ discovery: wired.discovery, ledger: wired.ledger, stop: AbortSignal.timeout(60_000) });
        await finish();
        // After the last effects nothing waits for the owner but this test.
        await Promise.race([acted.promise, systemClock.pause(30_000)]);
        await finish();
      } finally {
        stop.abort();
        await working;
        await wired.close();
      }
      expect(acts, `${point} was passed`).toBeGreaterThan(0);
      const found = await world.violations();
      const isMarker = (one: string): boolean =>
        ground === 's3 with versions' && / of b\/cat\.png was left behind$/.test(one);
      expect(found.filter((one) => !isMarker(one))).toEqual([]);
    } finally {
      await world.drop();
    }
  });
});

function signalled(): { readonly promise: Promise<void>; readonly done: () => void } {
  let done: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    done = resolve;
  });
  return { promise, done };
}
