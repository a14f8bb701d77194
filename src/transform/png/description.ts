/** What a PNG says about itself beside its pixels. */
import { pngSignature, readPngChunks } from './chunks.ts';

/** Chunks that say how the pixels are coded. The new coding has its own. */
const coding = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);

/** Chunks whose layout follows the colour type and depth: they stay only where those stay. */
const typed = new Set(['bKGD', 'sBIT', 'hIST']);

/**
 * The encoded picture with the description of the source in place of its own: profile, gamma, resolution, EXIF, texts,
 * time and private chunks, byte for byte and on the side of the pixels that they stood on.
 */
export function withPngDescription(encoded: Buffer, source: Buffer): Buffer {
  const from = readPngChunks(source);
  const own = readPngChunks(encoded);
  const sameCoding =
    from[0]?.data.subarray(8, 10).equals(own[0]?.data.subarray(8, 10) ?? Buffer.alloc(0)) === true;
  const pixels = from.findIndex(({ type }) => type === 'IDAT');
  const describing = from
    .map((chunk, index) => ({ ...chunk, before: index < pixels }))
    .filter(({ type }) => !coding.has(type) && (sameCoding || !typed.has(type)));
  const described = (before: boolean, types: (type: string) => boolean = () => true) =>
    describing
      .filter((chunk) => chunk.before === before && types(chunk.type))
      .map((chunk) => source.subarray(chunk.start, chunk.end));
  const coded = (types: (type: string) => boolean) =>
    own.filter(({ type }) => types(type)).map((chunk) => encoded.subarray(chunk.start, chunk.end));
  // Table 7: bKGD and hIST stand behind a palette, all others may stand before it.
  const late = (type: string) => type === 'bKGD' || type === 'hIST';
  return Buffer.concat([
    pngSignature,
    ...coded((type) => type === 'IHDR'),
    ...described(true, (type) => !late(type)),
    ...coded((type) => type === 'PLTE' || type === 'tRNS'),
    ...described(true, late),
    ...coded((type) => type === 'IDAT'),
    ...described(false),
    ...coded((type) => type === 'IEND'),
  ]);
}
