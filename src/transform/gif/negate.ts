import { unsupported } from '../refusal.ts';
import { readGifBlocks } from './blocks.ts';

/**
 * Negates a GIF by its colour tables: all else stays byte for byte (pixels, transparency, timing, loops, comments).
 * Exact, and the file keeps its size. The pixels must have been checked before.
 * @throws KuvaError `image-damaged`, `format-unsupported`
 */
export function negateGifInFile(bytes: Buffer): Buffer {
  const { frames, tables } = readGifBlocks(bytes);
  if (frames.some(({ colours }) => colours === undefined)) {
    throw unsupported(
      'The GIF has no colour table, so that its colours are left to the viewer',
      'Save it again with another program and upload that.',
    );
  }
  const negated = Buffer.from(bytes);
  for (const { start, end } of tables) {
    for (let at = start; at < end; at++) negated[at] = 255 - (negated[at] ?? 0);
  }
  return negated;
}
