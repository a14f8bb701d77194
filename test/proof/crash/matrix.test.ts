/** kill -9 at every point between two effects, on both stores, with one worker and with three; then the promise is checked. */
import { describe, expect, inject, it } from 'vitest';
import { crashPoints } from '../../../src/image/crashPoint.ts';
import { arrangements, putHandful, putMoreUntil } from './case.ts';
import { matrix } from './cases.ts';
import { restartAndFinish, startBystanders, startDoomed, untilKept } from './kill.ts';
import { makeWorld } from './world.ts';

const servers = { postgres: inject('postgres'), rgw: inject('rgw') };
const cases = matrix.filter(({ ground }) => ground === 'folder' || servers.rgw !== null);
const textOf = (name: string): string => crashPoints.find((point) => point.name === name)?.text ?? '';

describe.concurrent('killed while one worker is at work', () => {
  const alone = cases.filter(({ workers }) => workers === 1);

  it.each(alone)('at $point, passing $nth, on $ground: one worker, started anew, keeps the promise', async ({
    ground,
    point,
    nth,
  }) => {
    const { moveRejected = false, movesDone = false, chooses = false, after } = arrangements[point];
    const world = await makeWorld(ground, servers, { moveRejected, movesDone, chooses });
    try {
      await putHandful(world, moveRejected);
      for (const deadly of after === undefined ? [point] : [after, point]) {
        const doomed = startDoomed(world.wiring, deadly, deadly === point ? nth : 1);
        expect(await doomed.died, `it died at ${deadly}: ${textOf(deadly)}`).toBe(true);
        expect(await world.violations(true)).toEqual([]);
      }
      await restartAndFinish(world.wiring);
      expect(await world.violations()).toEqual([]);
      if (moveRejected) expect(await world.movedAside()).toContain('a broken one.png');
      if (movesDone) expect(await world.notArchived()).toEqual([]);
    } finally {
      await world.drop();
    }
  });
});

describe.concurrent('killed while three workers are at work', () => {
  const withOthers = cases.filter(({ workers }) => workers === 3);

  it.each(
    withOthers,
  )('at $point, on $ground: of three workers two go on without it, and it comes back', async ({
    ground,
    point,
    nth,
  }) => {
    const { moveRejected = false, movesDone = false, chooses = false, after } = arrangements[point];
    const world = await makeWorld(ground, servers, { moveRejected, movesDone, chooses });
    try {
      await putHandful(world, moveRejected);
      if (after !== undefined) expect(await startDoomed(world.wiring, after).died).toBe(true);
      const doomed = startDoomed(world.wiring, point, nth);
      await doomed.working;
      const stopOthers = await startBystanders(world.wiring, 2);
      try {
        await putMoreUntil(world, moveRejected, doomed.died);
        expect(await doomed.died, `it died at ${point}: ${textOf(point)}`).toBe(true);
        expect(await untilKept(world)).toEqual([]);
      } finally {
        await stopOthers();
      }
      await restartAndFinish(world.wiring);
      expect(await world.violations()).toEqual([]);
      if (moveRejected) expect(await world.movedAside()).toContain('a broken one.png');
      if (movesDone) expect(await world.notArchived()).toEqual([]);
    } finally {
      await world.drop();
    }
  });
});
