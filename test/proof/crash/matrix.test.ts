/** kill -9 at every point between two effects, on both stores, with one worker and with three; then the promise is checked. */
import { describe, inject, it } from 'vitest';
import { crashPoints } from '../../../src/image/crashPoint.ts';
import { arrangements, putHandful, putMoreUntil } from './case.ts';
import { pointsOf, restartAndFinish, startBystanders, startDoomed, untilKept } from './kill.ts';
import { type Ground, makeWorld } from './world.ts';

const servers = { postgres: inject('postgres'), rgw: inject('rgw') };
const grounds: readonly Ground[] = servers.rgw === null ? ['folder'] : ['folder', 's3', 's3 with versions'];

/** In a bucket that keeps versions only the removal goes another way; the look before it falls away. */
const withVersions = ['recorded', 'input-removed', 'done', 'rejected.settled', 'rejected.removed'];

const cases = grounds.flatMap((ground) =>
  pointsOf(ground)
    .filter((point) => arrangements[point].storeOnly !== true)
    .filter((point) => ground !== 's3 with versions' || withVersions.includes(point))
    .flatMap((point) => (arrangements[point].passings ?? [1]).map((nth) => ({ ground, point, nth }))),
);
const textOf = (name: string): string => crashPoints.find((point) => point.name === name)?.text ?? '';

describe.concurrent.each(cases)('killed when $point, passing $nth, on $ground', ({ ground, point, nth }) => {
  const { moveRejected = false, after } = arrangements[point];

  it(`one worker, started anew, keeps the promise: ${textOf(point)}`, async ({ expect, onTestFinished }) => {
    const world = await makeWorld(ground, servers, { moveRejected });
    onTestFinished(() => world.drop());
    await putHandful(world, moveRejected);
    for (const deadly of after === undefined ? [point] : [after, point]) {
      const doomed = startDoomed(world.wiring, deadly, deadly === point ? nth : 1);
      expect(await doomed.died, `it died at ${deadly}`).toBe(true);
      expect(await world.violations(true)).toEqual([]);
    }
    await restartAndFinish(world.wiring);
    expect(await world.violations()).toEqual([]);
    if (moveRejected) expect(await world.movedAside()).toContain('a broken one.png');
  });

  it(`of three workers two go on without it, and it comes back: ${textOf(point)}`, async ({
    expect,
    onTestFinished,
  }) => {
    const world = await makeWorld(ground, servers, { moveRejected });
    onTestFinished(() => world.drop());
    await putHandful(world, moveRejected);
    if (after !== undefined) expect(await startDoomed(world.wiring, after).died).toBe(true);
    const doomed = startDoomed(world.wiring, point, nth);
    await doomed.working;
    const stopOthers = await startBystanders(world.wiring, 2);
    try {
      await putMoreUntil(world, moveRejected, doomed.died);
      expect(await doomed.died, `it died at ${point}`).toBe(true);
      expect(await untilKept(world)).toEqual([]);
    } finally {
      await stopOthers();
    }
    await restartAndFinish(world.wiring);
    expect(await world.violations()).toEqual([]);
    if (moveRejected) expect(await world.movedAside()).toContain('a broken one.png');
  });
});
