/** Takes one image its whole way in this process, traced. */
import { expect } from 'vitest';
import type { CrashPoint } from '../../../src/image/crashPoint.ts';
import type { ImageState } from '../../../src/image/state.ts';
import { systemClock } from '../../../src/pipeline/clock.ts';
import type { PipelineParts } from '../../../src/pipeline/parts.ts';
import { discoverOnce } from '../../../src/pipeline/pass.ts';
import { Settling } from '../../../src/pipeline/settling.ts';
import { runWorker } from '../../../src/pipeline/worker.ts';
import type { Place } from '../promise/place.ts';
import { type FaultProxy, openFaultProxy } from '../proxy/proxy.ts';
import { trace, traceStatements } from './trace.ts';
import { wire, type Wired, type Wiring } from './wire.ts';
import { type Ground, makeWorld, type Servers, type World } from './world.ts';

export interface Way {
  readonly image: number | 'broken';
  readonly moveRejected?: true;
  readonly movesDone?: true;
  readonly chooses?: true;
  /** How it ends. */
  readonly state: ImageState;
  /** Jobs that it takes; one when left out. */
  readonly jobs?: number;
  /** What is done before it begins. */
  readonly before?: (world: World, wired: Wired) => Promise<void>;
  /** What its owner does when a point is passed. */
  readonly meanwhile?: (point: CrashPoint, world: World) => Promise<void>;
  readonly alter?: (parts: PipelineParts) => PipelineParts;
}

export const key = 'b/cat.png';

/** Takes what the trace holds afterwards as its answer. */
export async function traceWay(ground: Ground, servers: Servers, way: Way): Promise<void> {
  await inTracedWorld(ground, servers, way, async (world, wired) => {
    const parts = way.alter?.(wired.parts) ?? wired.parts;
    await trace.unseen(async () => {
      await way.before?.(world, wired);
      await world.put(key, way.image, 'done');
    });
    const stop = new AbortController();
    await discoverOnce(wired.discovery, new Settling(0, systemClock), stop.signal);
    const { queue } = wired;
    const working = runWorker({
      parts,
      queue,
      version: '0',
      concurrency: 1,
      stop: stop.signal,
      stopNow: stop.signal,
    });
    try {
      const over = (): number => trace.points().filter((point) => point === 'job-over').length;
      await expect.poll(over, { timeout: 60_000, interval: 50 }).toBe(way.jobs ?? 1);
    } finally {
      stop.abort();
      await working;
    }
    trace.stop();
    expect(await wired.ledger.counts()).toMatchObject({ [way.state]: 1 });
  });
}

/** Opens a world's stores and ledger with the trace's eyes on all that leaves the process, and closes them. */
export async function inTracedWorld(
  ground: Ground,
  servers: Servers,
  way: Pick<Way, 'moveRejected' | 'movesDone' | 'chooses' | 'meanwhile'>,
  act: (world: World, wired: Wired, wiring: Wiring) => Promise<void>,
): Promise<void> {
  const { moveRejected = false, movesDone = false, chooses = false } = way;
  const world = await makeWorld(ground, servers, { moveRejected, movesDone, chooses });
  const proxy =
    ground === 'folder' || servers.rgw === null ? undefined : await openFaultProxy(servers.rgw.endpoint);
  const endStatements = traceStatements();
  const { database, input, output, rejected, archive } = world.wiring;
  const wiring: Wiring = {
    database,
    input: through(proxy, input),
    output: through(proxy, output),
    ...(rejected && { rejected: through(proxy, rejected) }),
    ...(archive && { archive: through(proxy, archive) }),
    ...(chooses && { chooses }),
  };
  try {
    const wired = await wire(wiring, 'traced', async (point) => {
      trace.point(point);
      await way.meanwhile?.(point, world);
    });
    try {
      trace.start(proxy?.log);
      await act(world, wired, wiring);
    } finally {
      trace.stop();
      await wired.close();
    }
  } finally {
    endStatements();
    await proxy?.close();
    await world.drop();
  }
}

function through(proxy: FaultProxy | undefined, place: Place): Place {
  if (proxy === undefined || place.kind === 'folder') return place;
  return { ...place, server: { ...place.server, endpoint: proxy.url } };
}
