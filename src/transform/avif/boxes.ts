/** The boxes of AVIF, HEIC, JPEG 2000 and JPEG XL files: ISO/IEC 14496-12, and the AV1 Image File Format of AOMedia. */
import { damaged, readingStructure, unsupported } from '../refusal.ts';

export interface Box {
  readonly type: string;
  /** Offset of what it holds. */
  readonly start: number;
  readonly end: number;
}

/** A picture has three or four. */
const maxBoxes = 100_000;

/**
 * The boxes at the top of the file, or those that lie in a part of it.
 * @param name of the format, for messages
 * @throws KuvaError `image-damaged` when one reaches beyond the end: the file is cut short
 */
export function readBoxes(bytes: Buffer, name = 'AVIF', from = 0, to = bytes.length): Box[] {
  return readingStructure(`The ${name}`, () => {
    const boxes: Box[] = [];
    let at = from;
    while (at < to) {
      const type = bytes.toString('latin1', at + 4, at + 8);
      const short = bytes.readUInt32BE(at);
      const size = short === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : short === 0 ? to - at : short;
      if (size < 8) throw damaged(`The ${name} is corrupt: a box has no size`);
      if (at + size > to) throw damaged(`The ${name} is cut short within its part "${type}"`);
      if (boxes.length >= maxBoxes)
        throw damaged(`The ${name} is corrupt: it has more than ${maxBoxes} parts`);
      boxes.push({ type, start: at + (short === 1 ? 16 : 8), end: at + size });
      at += size;
    }
    return boxes;
  });
}

/**
 * A sequence would lose all frames but one.
 * @throws KuvaError `format-unsupported`
 */
export function refuseAvifSequence(bytes: Buffer): void {
  if (!readBoxes(bytes).some(({ type }) => type === 'moov')) return;
  throw unsupported(
    'The file is an animated AVIF, and only one of its frames could be transformed',
    'Convert it to an animated WebP and upload that.',
  );
}

/** How colours are sampled, from the AV1 configuration ("AV1 Codec ISO Media File Format Binding", 2.3.3). */
export function avifSubsampling(bytes: Buffer): '4:2:0' | '4:4:4' {
  const at = bytes.indexOf('av1C', 0, 'latin1');
  const flags = at < 0 ? 0 : (bytes[at + 6] ?? 0);
  // chroma_subsampling_x and _y; 4:2:2 has the first alone and is written with full colours.
  return (flags & 0x0c) === 0x0c ? '4:2:0' : '4:4:4';
}
