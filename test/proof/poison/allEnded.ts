import { openQueue } from '../../../src/ledger/queue.ts';
import { runWorker } from '../../../src/pipeline/worker.ts';
import type { Kit } from '../../pipeline/kit.ts';
import { eventually } from '../../whole/kuva.ts';

/** Queues all that lies in the input bucket, and runs one worker until so many images have come to an end. */
export async function allEnded(kit: Kit, images: number, milliseconds: number): Promise<void> {
  for await (const { objects } of kit.input.list()) {
    await kit.ledger.enqueue(kit.input.bucket, objects, await kit.ledger.now());
  }
  const stop = new AbortController();
  const running = runWorker({
    parts: kit.parts,
    queue: openQueue(kit.pool, 'images'),
    version: 'test',
    concurrency: 8,
    stop: stop.signal,
    stopNow: new AbortController().signal,
  });
  try {
    await eventually(
      async () => {
        const { done, failed, rejected } = await kit.ledger.counts();
        return done + failed + rejected === images;
      },
      'every image has come to its end',
      milliseconds,
    );
  } finally {
    stop.abort();
    await running;
  }
}
