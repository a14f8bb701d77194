/** Photoshop documents: Adobe's "Photoshop File Format", sections 1 to 5. The flattened picture that stands at the end is read. */
import { damaged, readingStructure, unsupported } from '../refusal.ts';
import type { ForeignFormat, ForeignHeader, Picture } from './contract.ts';
import { interleaved, littleEndian16, pixelBytes } from './samples.ts';

interface PsdHeader {
  readonly width: number;
  readonly height: number;
  readonly depth: 8 | 16;
  /** Channels in the file; those beyond colours and transparency are selections. */
  readonly stored: number;
  readonly channels: 1 | 2 | 3 | 4;
  readonly compression: 0 | 1;
  readonly start: number;
  readonly profile: Buffer | undefined;
  readonly exif: Buffer | undefined;
  readonly xmp: Buffer | undefined;
}

/** Numbers of image resources: profile, EXIF, XMP. */
const resources = { profile: 1_039, exif: 1_058, xmp: 1_060 } as const;

const modes: Readonly<Record<number, string>> = {
  0: 'bitmap',
  2: 'indexed',
  4: 'CMYK',
  7: 'multichannel',
  8: 'duotone',
  9: 'Lab',
};

function readPsd(bytes: Buffer): PsdHeader {
  return readingStructure('The Photoshop document', () => {
    if (bytes.readUInt16BE(4) !== 1) throw unusual('is a large document (PSB)');
    const stored = bytes.readUInt16BE(12);
    const [height, width] = [bytes.readUInt32BE(14), bytes.readUInt32BE(18)];
    const bits = bytes.readUInt16BE(22);
    const mode = bytes.readUInt16BE(24);
    if (width === 0 || height === 0)
      throw damaged(`The header of the Photoshop document says ${width} × ${height} pixels`);
    if (mode !== 1 && mode !== 3) throw unusual(`has ${modes[mode] ?? 'unknown'} colours`);
    if (bits !== 8 && bits !== 16) throw unusual(`has ${bits} bits a channel`);
    const colours = mode === 1 ? 1 : 3;
    if (stored < colours || stored > 56)
      throw damaged(`The header of the Photoshop document says ${stored} channels`);
    const resourcesAt = 30 + bytes.readUInt32BE(26);
    const layersAt = resourcesAt + 4 + bytes.readUInt32BE(resourcesAt);
    const start = layersAt + 4 + bytes.readUInt32BE(layersAt);
    const compression = bytes.readUInt16BE(start);
    if (compression !== 0 && compression !== 1)
      throw unusual('has its flattened picture compressed in a way of its own');
    const found = readResources(bytes.subarray(resourcesAt + 4, layersAt));
    return {
      width,
      height,
      depth: bits,
      stored,
      channels: withAlpha(colours, stored > colours && hasMergedAlpha(bytes, layersAt, start)),
      compression,
      start: start + 2,
      profile: found.get(resources.profile),
      exif: found.get(resources.exif),
      xmp: found.get(resources.xmp),
    };
  });
}

function withAlpha(colours: 1 | 3, alpha: boolean): 1 | 2 | 3 | 4 {
  if (colours === 1) return alpha ? 2 : 1;
  return alpha ? 4 : 3;
}

/** A negative count of layers says that the first further channel is the transparency of the flattened picture. */
function hasMergedAlpha(bytes: Buffer, layersAt: number, end: number): boolean {
  return layersAt + 10 <= end && bytes.readUInt32BE(layersAt + 4) > 0 && bytes.readInt16BE(layersAt + 8) < 0;
}

function unusual(how: string) {
  return unsupported(
    `The Photoshop document ${how}, which cannot be read`,
    'Save it as TIFF or PNG, and upload that.',
  );
}

/** Image resources by their number. */
function readResources(section: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 0; at + 12 <= section.length; ) {
    const number = section.readUInt16BE(at + 4);
    const name = section.readUInt8(at + 6) + 1;
    const sizeAt = at + 6 + name + (name & 1);
    const size = section.readUInt32BE(sizeAt);
    found.set(number, section.subarray(sizeAt + 4, sizeAt + 4 + size));
    at = sizeAt + 4 + size + (size & 1);
  }
  return found;
}

export const psd: ForeignFormat = {
  header(bytes): ForeignHeader {
    const { width, height, depth, channels, compression, start, stored } = readPsd(bytes);
    const size = width * height * (depth / 8) * stored;
    // Every row of a packed picture has its length in front, at two bytes each.
    pixelBytes(bytes, start, compression === 0 ? size : stored * height * 2, 'Photoshop document');
    return { pages: [{ width, height }], depth, channels, hasAlpha: channels === 2 || channels === 4 };
  },
  decode(bytes): Picture[] {
    const { width, height, depth, channels, compression, start, stored, profile, exif, xmp } = readPsd(bytes);
    const plane = width * height * (depth / 8);
    const packed =
      compression === 1
        ? unpackedPlanes(bytes, { start, stored, height, stride: width * (depth / 8) })
        : undefined;
    const planes = Array.from({ length: channels }, (_, channel) =>
      packed === undefined
        ? pixelBytes(bytes, start + channel * plane, plane, 'Photoshop document')
        : packed.subarray(channel * plane, (channel + 1) * plane),
    );
    const data = interleaved(planes, depth === 8 ? 1 : 2);
    return [
      {
        width,
        height,
        channels,
        depth,
        data: depth === 8 ? data : littleEndian16(data),
        ...(profile !== undefined && { profile: Buffer.from(profile) }),
        ...(exif !== undefined && { exif: Buffer.from(exif) }),
        ...(xmp !== undefined && { xmp: Buffer.from(xmp) }),
      },
    ];
  },
};

/** Rows packed by PackBits (TIFF 6.0, section 9), each of them alone. */
function unpackedPlanes(
  bytes: Buffer,
  { start, stored, height, stride }: { start: number; stored: number; height: number; stride: number },
): Buffer {
  const rows = stored * height;
  const data = Buffer.alloc(rows * stride);
  let from = start + rows * 2;
  for (let row = 0; row < rows; row++) {
    const size = bytes.readUInt16BE(start + row * 2);
    unpackRow(
      pixelBytes(bytes, from, size, 'Photoshop document'),
      data.subarray(row * stride, (row + 1) * stride),
    );
    from += size;
  }
  return data;
}

function unpackRow(packed: Buffer, row: Buffer): void {
  let to = 0;
  for (let at = 0; at < packed.length; ) {
    const code = packed.readInt8(at++);
    if (code === -128) continue;
    const count = code >= 0 ? code + 1 : 1 - code;
    if (to + count > row.length || (code >= 0 && at + count > packed.length))
      throw damaged('The Photoshop document is corrupt within its pixels');
    if (code >= 0) packed.copy(row, to, at, at + count);
    else row.fill(packed[at] ?? 0, to, to + count);
    at += code >= 0 ? count : 1;
    to += count;
  }
  if (to !== row.length) throw damaged('The Photoshop document is corrupt: a row of its pixels is too short');
}
