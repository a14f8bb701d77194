import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { inParallel } from '../inParallel.ts';
import type { PictureSet } from '../pictures.ts';
import type { SetName } from '../result.ts';
import type { Kuva } from '../rivals/kuva.ts';
import type { TestBed } from '../servers/testBed.ts';

const summarySchema = z.strictObject({ p50: z.number(), p99: z.number(), longest: z.number() });

const seenSchema = z.strictObject({
  /** While the program starts, by processor time. */
  starting: z.number(),
  /** By processor time of its thread. */
  own: summarySchema,
  /** By the clock, with what the thread waited for a processor. */
  late: summarySchema,
});

/** Milliseconds for which the main process' event loop was busy at a time, in one run. */
export type LoopDelay = z.infer<typeof seenSchema> & { readonly set: SetName; readonly images: number };

/** One `kuva run` of its own, whose rate does not count. */
export async function measureLoop(
  testBed: TestBed,
  kuva: Kuva,
  pictures: PictureSet,
  images: number,
  folder: string,
): Promise<LoopDelay> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'loop.json');
  const { name } = pictures.facts;
  try {
    await inParallel(8, pictures.take(images).entries(), ([at, bytes]) =>
      testBed.input.put(`loop-${name}-${String(at).padStart(5, '0')}.jpg`, bytes),
    );
    await kuva.run(images, { loop: file });
    return { set: name, images, ...seenSchema.parse(JSON.parse(await readFile(file, 'utf8'))) };
  } finally {
    await testBed.input.empty();
    await testBed.output.empty();
  }
}
