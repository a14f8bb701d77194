/** EXIF as it comes out of foreign files. */
import { KuvaError } from '../../image/failure.ts';
import { readTiff } from '../tiff/read.ts';
import { tiffTags } from '../tiff/tags.ts';

/** Without the six bytes that it has in front in JPEG's manner. */
export function plainExif(block: Buffer): Buffer {
  return block.toString('latin1', 0, 6) === 'Exif\0\0' ? block.subarray(6) : block;
}

/** The same, saying that the pixels are upright: they were turned while they were decoded. Changes it in place. */
export function uprightExif(block: Buffer): Buffer {
  const exif = plainExif(block);
  try {
    const { little, pages } = readTiff(exif);
    // A view of the block itself.
    const value = pages[0]?.entries.get(tiffTags.Orientation)?.value;
    if (little) value?.writeUInt16LE(1, 0);
    else value?.writeUInt16BE(1, 0);
  } catch (thrown) {
    // EXIF that cannot be read says nothing of a direction either.
    if (!(thrown instanceof KuvaError)) throw thrown;
  }
  return exif;
}
