/** Files that hold several pictures: CIPA DC-007, "Multi-Picture Format". */
import { unsupported } from '../refusal.ts';
import { jpegSegments, startOfScan } from './segments.ts';

/** Types of an individual picture (table 4) that stand beside the first one as equals: panorama, disparity, multi-angle. */
const equals = [0x020001, 0x020002, 0x020003];

/**
 * A second picture that is a thumbnail or a gain map can be left out, one of a stereo pair cannot: deleting the
 * input would delete it.
 * @throws KuvaError `format-unsupported`
 */
export function refuseSeveralPictures(bytes: Buffer): void {
  for (const { marker, payload } of jpegSegments(bytes)) {
    if (marker === startOfScan) return;
    if (marker !== 0xe2 || payload.toString('latin1', 0, 4) !== 'MPF\0') continue;
    if (pictureTypes(payload.subarray(4)).some((type) => equals.includes(type))) {
      throw unsupported(
        'The JPEG holds several pictures (a stereo pair, a panorama or several angles), and only the first could be transformed',
        'Split it into single pictures and upload those.',
      );
    }
  }
}

/** The types in the MP index, a TIFF structure of its own: tag 0xb002 holds 16 bytes a picture, type first. */
function pictureTypes(index: Buffer): number[] {
  const little = index.toString('latin1', 0, 2) === 'II';
  const short = (at: number) => (little ? index.readUInt16LE(at) : index.readUInt16BE(at));
  const long = (at: number) => (little ? index.readUInt32LE(at) : index.readUInt32BE(at));
  try {
    const folder = long(4);
    for (let entry = 0; entry < short(folder); entry++) {
      const at = folder + 2 + 12 * entry;
      if (short(at) !== 0xb002) continue;
      const count = Math.min(long(at + 4) / 16, 64);
      return Array.from({ length: count }, (_, picture) => long(long(at + 8) + 16 * picture) & 0xffffff);
    }
  } catch (thrown) {
    // An index that cannot be read names no picture.
    if (!(thrown instanceof RangeError)) throw thrown;
  }
  return [];
}
