import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Bucket } from '../bucket.ts';
import { inParallel } from '../inParallel.ts';

/** Objects under one prefix, files in one folder. */
const perFolder = 5_000;

/** Names as instruments give them: a folder a run, a number an image. */
export function nameOf(at: number): string {
  const run = String(Math.floor(at / perFolder)).padStart(4, '0');
  return `run-${run}/image-${String(at % perFolder).padStart(5, '0')}.png`;
}

/** A whole picture that is as small as one can be. */
export function tinyPicture(): Promise<Buffer> {
  return sharp({ create: { width: 2, height: 2, channels: 3, background: '#123456' } })
    .png()
    .toBuffer();
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

export async function fillBucket(
  bucket: Bucket,
  count: number,
  picture: Buffer,
  say: (done: number) => void,
): Promise<void> {
  let done = 0;
  await inParallel(16, numbers(count), async (at) => {
    await bucket.put(nameOf(at), picture);
    if (++done % 10_000 === 0) say(done);
  });
}

export async function fillFolder(folder: string, count: number, picture: Buffer): Promise<void> {
  for (let at = 0; at < count; at += perFolder)
    await mkdir(join(folder, nameOf(at), '..'), { recursive: true });
  await inParallel(32, numbers(count), (at) => writeFile(join(folder, nameOf(at)), picture));
}
