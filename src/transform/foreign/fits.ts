/** FITS: "Definition of the Flexible Image Transport System", version 4.0, sections 3 and 4. */
import { damaged, readingStructure, unsupported } from '../refusal.ts';
import type { ForeignFormat, ForeignHeader, Picture } from './contract.ts';
import { littleEndian16, pixelBytes, upsideDown } from './samples.ts';

/** Everything lies in blocks of so many bytes; a header's lines have 80. */
const block = 2_880;
const card = 80;

/** A header may be long; one of a megabyte is none. */
const longest = 1_000_000;

interface FitsHeader {
  readonly bits: 8 | 16;
  readonly width: number;
  readonly height: number;
  readonly planes: number;
  /** What is added to each stored value: 0, or 32768 where 16 bits are without a sign. */
  readonly zero: 0 | 32_768;
  readonly start: number;
}

function readFits(bytes: Buffer): FitsHeader {
  return readingStructure('The FITS', () => {
    const cards = new Map<string, string>();
    let at = 0;
    for (; at < Math.min(bytes.length, longest); at += card) {
      const line = bytes.toString('latin1', at, at + card);
      const name = line.slice(0, 8).trim();
      if (name === 'END') break;
      if (line.slice(8, 10) === '= ' && !cards.has(name))
        cards.set(name, line.slice(10).split('/')[0]?.trim() ?? '');
    }
    if (bytes.toString('latin1', at, at + 3) !== 'END') throw damaged('The header of the FITS has no end');
    const number = (name: string, otherwise: number) => Number(cards.get(name) ?? otherwise);
    const bitpix = number('BITPIX', Number.NaN);
    const axes = number('NAXIS', Number.NaN);
    const [scale, zero] = [number('BSCALE', 1), number('BZERO', 0)];
    const bits = bitpix === 8 || bitpix === 16 ? bitpix : undefined;
    if (bits === undefined) {
      throw other(`has pixels of ${Math.abs(bitpix)} bits${bitpix < 0 ? ', floating-point' : ''}`);
    }
    if (axes !== 2 && axes !== 3)
      throw other(`has ${axes} axes, where a picture has two, or three with its planes`);
    if (scale !== 1 || !(zero === 0 || (zero === 32_768 && bits === 16))) {
      throw other(`scales its values by ${scale} and shifts them by ${zero}`);
    }
    const [width, height] = [number('NAXIS1', 0), number('NAXIS2', 0)];
    const planes = axes === 3 ? number('NAXIS3', 0) : 1;
    if (![width, height, planes].every((side) => Number.isSafeInteger(side) && side > 0)) {
      throw damaged(`The header of the FITS says ${width} × ${height} pixels on ${planes} planes`);
    }
    return {
      bits,
      width,
      height,
      planes,
      zero: zero === 0 ? 0 : 32_768,
      start: Math.ceil((at + card) / block) * block,
    };
  });
}

function other(how: string) {
  return unsupported(
    `The FITS ${how}, which no format that kuva writes could hold`,
    'Export it as a picture of 8 or 16 bits without a sign, and upload that.',
  );
}

export const fits: ForeignFormat = {
  header(bytes): ForeignHeader {
    const { bits, width, height, planes, start } = readFits(bytes);
    const size = width * height * planes * (bits / 8);
    pixelBytes(bytes, start, size, 'FITS');
    const behind = start + Math.ceil(size / block) * block;
    if (bytes.toString('latin1', behind, behind + 8) === 'XTENSION')
      throw other('holds further tables or pictures (extensions)');
    return {
      // So many that the limit of pages refuses them before a list is made.
      pages: Array.from({ length: Math.min(planes, 1_000_000) }, () => ({ width, height })),
      depth: bits,
      channels: 1,
      hasAlpha: false,
    };
  },
  decode(bytes): Picture[] {
    const { bits, width, height, planes, zero, start } = readFits(bytes);
    const stride = width * (bits / 8);
    return Array.from({ length: planes }, (_, plane): Picture => {
      const stored = pixelBytes(bytes, start + plane * stride * height, stride * height, 'FITS');
      // The first row is the lowest.
      const rows = upsideDown(stored, stride);
      return {
        width,
        height,
        channels: 1,
        depth: bits,
        data: bits === 8 ? rows : unsigned16(littleEndian16(rows), zero),
      };
    });
  },
};

function unsigned16(data: Buffer, zero: 0 | 32_768): Buffer {
  for (let at = 0; at < data.length; at += 2) {
    const value = data.readInt16LE(at) + zero;
    if (value < 0) throw other('has values below zero');
    data.writeUInt16LE(value, at);
  }
  return data;
}
