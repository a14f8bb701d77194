/** What a JPEG says about itself beside its pixels: colour profile, EXIF, XMP, IPTC, comments. */
import { negatedSegment } from './entropy/pictures.ts';
import { type Segment, jpegSegments, startOfScan } from './segments.ts';

const begins = (segment: Segment, text: string) =>
  segment.payload.toString('latin1', 0, text.length) === text;

/** APP1 to APP15 and comments describe the picture; some describe the coding, or lie elsewhere in the file. */
function describes(segment: Segment): boolean {
  const { marker } = segment;
  // APP14 "Adobe" says how colours are coded: the new coding has its own.
  if (marker === 0xee && begins(segment, 'Adobe')) return false;
  // CIPA's multi-picture index holds offsets of pictures behind this one, which are not copied.
  if (marker === 0xe2 && begins(segment, 'MPF\0')) return false;
  return (marker >= 0xe1 && marker <= 0xef) || marker === 0xfe;
}

/**
 * The encoded picture with the description of the source in place of its own, byte for byte: what decoders and
 * encoders of EXIF lose on the way (maker's notes, long XMP, comments, order) stays. Only thumbnails go: they would show
 * the picture as it was.
 */
export function withJpegDescription(encoded: Buffer, source: Buffer): Buffer {
  const description = before(source).filter(describes);
  const own = before(encoded).filter((segment) => !describes(segment));
  const header = own.filter(({ marker }) => marker === 0xe0);
  const coding = own.filter(({ marker }) => marker !== 0xe0);
  const rest = encoded.subarray(before(encoded).at(-1)?.end ?? 2);
  return Buffer.concat([
    encoded.subarray(0, 2),
    ...header.map((segment) => encoded.subarray(segment.start, segment.end)),
    ...description.map((segment) => withoutPictures(segment, source)),
    ...coding.map((segment) => encoded.subarray(segment.start, segment.end)),
    rest,
  ]);
}

function withoutPictures({ marker, start, end, payload }: Segment, source: Buffer): Buffer {
  const rest = negatedSegment(marker, payload, source);
  if (rest === 'same') return source.subarray(start, end);
  if (rest === 'dropped') return Buffer.alloc(0);
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(2 + rest.length, 2);
  return Buffer.concat([head, rest]);
}

/** The segments up to the first scan. */
function before(bytes: Buffer): Segment[] {
  const segments: Segment[] = [];
  for (const segment of jpegSegments(bytes)) {
    if (segment.marker === startOfScan) break;
    segments.push(segment);
  }
  return segments;
}
