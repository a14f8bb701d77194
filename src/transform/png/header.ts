/** The header of a PNG (section 11.2.1). */
import { damaged, readingStructure } from '../refusal.ts';

export type PngColour = 'grey' | 'rgb' | 'palette' | 'grey-alpha' | 'rgb-alpha';

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits a sample, or a palette's index. */
  readonly depth: number;
  readonly colour: PngColour;
  readonly interlaced: boolean;
}

const colours: Readonly<Record<number, { colour: PngColour; depths: readonly number[] }>> = {
  0: { colour: 'grey', depths: [1, 2, 4, 8, 16] },
  2: { colour: 'rgb', depths: [8, 16] },
  3: { colour: 'palette', depths: [1, 2, 4, 8] },
  4: { colour: 'grey-alpha', depths: [8, 16] },
  6: { colour: 'rgb-alpha', depths: [8, 16] },
};

/** @throws KuvaError `image-damaged` */
export function readPngHeader(bytes: Buffer): PngHeader {
  return readingStructure('The header of the PNG', () => {
    if (bytes.toString('latin1', 12, 16) !== 'IHDR') throw damaged('The PNG does not begin with its header');
    const width = bytes.readUInt32BE(16);
    const height = bytes.readUInt32BE(20);
    const depth = bytes.readUInt8(24);
    const type = bytes.readUInt8(25);
    const kind = colours[type];
    const interlace = bytes.readUInt8(28);
    bytes.readUInt32BE(29);
    if (width === 0 || height === 0 || width > 0x7fffffff || height > 0x7fffffff) {
      throw damaged(`The header of the PNG says ${width} × ${height} pixels`);
    }
    if (!kind?.depths.includes(depth) || interlace > 1) {
      throw damaged(`The header of the PNG says colour type ${type}, ${depth} bits, which does not exist`);
    }
    return { width, height, depth, colour: kind.colour, interlaced: interlace === 1 };
  });
}

export const pngChannels = {
  grey: 1,
  palette: 1,
  'grey-alpha': 2,
  rgb: 3,
  'rgb-alpha': 4,
} as const satisfies Record<PngColour, number>;
