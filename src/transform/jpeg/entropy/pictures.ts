/** The pictures in a JPEG's application segments: previews that would show what the picture itself no longer does. */
import { negatedExif } from './exif.ts';
import { namesPictures, withoutThumbnails } from './xmp.ts';

/** What becomes of an application segment; bytes are its new payload. */
export type Negated = Buffer | 'same' | 'dropped';

const begins = (payload: Buffer, text: string): boolean =>
  payload.toString('latin1', 0, text.length) === text;

/** Negates a small JPEG; undefined when it cannot be done. */
export type Thumbnails = (jpeg: Buffer) => Buffer | undefined;

const xmp = 'http://ns.adobe.com/xap/1.0/\0';
const extendedXmp = 'http://ns.adobe.com/xmp/extension/\0';

/**
 * @param file that the segment belongs to
 * @param thumbnails without it, JPEGs inside the segment are left out
 */
export function negatedSegment(
  marker: number,
  payload: Buffer,
  file: Buffer,
  thumbnails: Thumbnails = () => undefined,
): Negated {
  if (marker === 0xe0 && begins(payload, 'JFIF\0')) return negatedJfif(payload);
  if (marker === 0xe0 && begins(payload, 'JFXX\0')) return negatedJfxx(payload, thumbnails);
  if (marker === 0xe1 && begins(payload, 'Exif\0\0')) {
    const exif = negatedExif(payload.subarray(6), thumbnails);
    return exif === undefined ? 'same' : Buffer.concat([payload.subarray(0, 6), exif]);
  }
  if (marker === 0xe1 && begins(payload, xmp)) {
    const packet = withoutThumbnails(payload.subarray(xmp.length));
    return packet === undefined ? 'same' : Buffer.concat([payload.subarray(0, xmp.length), packet]);
  }
  if (marker === 0xe1 && begins(payload, extendedXmp)) return namesPictures(file) ? 'dropped' : 'same';
  // CIPA DC-007: an index of pictures behind this one, which are left out.
  if (marker === 0xe2 && begins(payload, 'MPF\0')) return 'dropped';
  if (marker === 0xed && begins(payload, 'Photoshop 3.0\0')) return negatedPhotoshop(payload);
  return 'same';
}

/** JFIF 1.02: an RGB thumbnail behind 14 bytes. */
function negatedJfif(payload: Buffer): Negated {
  return payload.length > 14 ? inverted(payload, 14, payload.length) : 'same';
}

/** JFIF 1.02, extensions: a JPEG (0x10), a palette of 768 bytes (0x11) or RGB (0x13). */
function negatedJfxx(payload: Buffer, thumbnails: Thumbnails): Negated {
  switch (payload[5]) {
    case 0x10: {
      const negated = thumbnails(payload.subarray(6));
      return negated === undefined ? 'dropped' : Buffer.concat([payload.subarray(0, 6), negated]);
    }
    case 0x11:
      return inverted(payload, 8, 8 + 768);
    case 0x13:
      return inverted(payload, 8, payload.length);
    default:
      return 'dropped';
  }
}

function inverted(payload: Buffer, start: number, end: number): Buffer {
  const result = Buffer.from(payload);
  for (let at = start; at < Math.min(end, result.length); at++) result[at] = 255 - (result[at] ?? 0);
  return result;
}

const thumbnailResources = [0x0409, 0x040c];

/**
 * Photoshop's image resources: signature, number, padded name, length, data. A thumbnail has 28 bytes of its own, then a
 * JPEG. It is left out, not negated: the older kind has its colours exchanged, and nothing shows it but Photoshop.
 */
function negatedPhotoshop(payload: Buffer): Negated {
  const kept: Buffer[] = [payload.subarray(0, 14)];
  let dropped = false;
  for (let at = 14; at + 12 <= payload.length; ) {
    if (payload.toString('latin1', at, at + 4) !== '8BIM') return 'same';
    const name = payload.readUInt8(at + 6);
    const lengthAt = at + 6 + ((name + 2) & ~1);
    if (lengthAt + 4 > payload.length) return 'same';
    const length = payload.readUInt32BE(lengthAt);
    const end = Math.min(lengthAt + 4 + ((length + 1) & ~1), payload.length);
    if (thumbnailResources.includes(payload.readUInt16BE(at + 4))) dropped = true;
    else kept.push(payload.subarray(at, end));
    at = end;
  }
  return dropped ? Buffer.concat(kept) : 'same';
}
