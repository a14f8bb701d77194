/** PBM, PGM, PPM and PAM: the manual pages of Netpbm, pbm(5) to pam(5). PFM, whose samples are floating-point, is refused. */
import { damaged, readingStructure, unsupported } from '../refusal.ts';
import type { ForeignFormat, ForeignHeader, Picture } from './contract.ts';
import { inverted, littleEndian16, pixelBytes, stretch, unpackBits } from './samples.ts';

interface PnmHeader {
  readonly kind: '1' | '2' | '3' | '4' | '5' | '6' | '7';
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  /** Largest value of a sample. */
  readonly max: number;
  /** Offset of the pixels. */
  readonly start: number;
}

/** A header's comments may be long; nobody's are longer. */
const longest = 64_000;

function readPnm(bytes: Buffer): PnmHeader {
  const text = bytes.toString('latin1', 0, longest);
  const kind = (['1', '2', '3', '4', '5', '6', '7'] as const).find((digit) => text.startsWith(`P${digit}`));
  if (kind === undefined) throw damaged('The PNM has no header that is known');
  const header = kind === '7' ? pamHeader(text) : pnmHeader(text, kind);
  const { width, height, max } = header;
  if (!(width > 0 && height > 0 && max > 0 && max <= 65_535)) {
    throw damaged(`The header of the PNM says ${width} × ${height} pixels of 0 to ${max}`);
  }
  return header;
}

function pnmHeader(text: string, kind: Exclude<PnmHeader['kind'], '7'>): PnmHeader {
  const bits = kind === '1' || kind === '4';
  const blank = String.raw`(?:\s|#[^\n]*\n)+`;
  const pattern = new RegExp(`^P.${blank}(\\d{1,9})${blank}(\\d{1,9})${bits ? '' : `${blank}(\\d{1,5})`}\\s`);
  const match = pattern.exec(text);
  if (match === null) throw damaged('The header of the PNM is cut short or corrupt');
  return {
    kind,
    width: Number(match[1]),
    height: Number(match[2]),
    max: bits ? 1 : Number(match[3]),
    channels: kind === '3' || kind === '6' ? 3 : 1,
    start: match[0].length,
  };
}

function pamHeader(text: string): PnmHeader {
  const end = text.indexOf('\nENDHDR\n');
  if (end < 0) throw damaged('The header of the PAM has no end');
  const fields = new Map(
    text
      .slice(3, end)
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .map(([name = '', ...values]) => [name, values.join(' ')]),
  );
  const number = (name: string) => Number(fields.get(name) ?? Number.NaN);
  const depth = ([1, 2, 3, 4] as const).find((channels) => channels === number('DEPTH'));
  const type = fields.get('TUPLTYPE') ?? '';
  const known = /^(BLACKANDWHITE|GRAYSCALE|RGB)(_ALPHA)?$/.test(type) || type === '';
  if (depth === undefined || !known) {
    throw unsupported(
      `The PAM has ${fields.get('DEPTH') ?? 'no number of'} channels of the kind "${type.slice(0, 40)}"`,
      'Save it as grey or RGB, with or without transparency, and upload that.',
    );
  }
  return {
    kind: '7',
    width: number('WIDTH'),
    height: number('HEIGHT'),
    max: number('MAXVAL'),
    channels: depth,
    start: end + '\nENDHDR\n'.length,
  };
}

/** Bytes of the pixels of a binary kind. */
function rawSize({ kind, width, height, channels, max }: PnmHeader): number {
  if (kind === '4') return Math.ceil(width / 8) * height;
  return width * height * channels * (max > 255 ? 2 : 1);
}

export const pnm: ForeignFormat = {
  header(bytes): ForeignHeader {
    return readingStructure('The PNM', () => {
      const header = readPnm(bytes);
      const { kind, width, height, channels, max, start } = header;
      // Text has two bytes a sample at least, but bits may stand without blanks.
      const least =
        kind === '1' || kind === '2' || kind === '3' ? width * height * channels : rawSize(header);
      pixelBytes(bytes, start, least, 'PNM');
      if (
        kind !== '1' &&
        kind !== '2' &&
        kind !== '3' &&
        /^P[1-7]\s/.test(bytes.toString('latin1', start + least, start + least + 3))
      ) {
        throw unsupported(
          'The file holds several PNM images one after the other, and only the first could be transformed',
          'Split it into single images, or save it as a TIFF of several pages, and upload that.',
        );
      }
      return {
        pages: [{ width, height }],
        depth: max > 255 ? 16 : 8,
        channels,
        hasAlpha: channels === 2 || channels === 4,
      };
    });
  },
  decode(bytes, { depth }): Picture[] {
    const header = readPnm(bytes);
    const { width, height, channels } = header;
    return [{ width, height, channels, depth, data: samplesOf(bytes, header, depth) }];
  },
};

function samplesOf(bytes: Buffer, header: PnmHeader, depth: 8 | 16): Buffer {
  const { kind, width, height, channels, max, start } = header;
  const raw = () => pixelBytes(bytes, start, rawSize(header), 'PNM');
  switch (kind) {
    case '1':
      return inverted(stretch(textSamples(bytes.subarray(start), width * height, 8, true), 8, 1));
    case '4':
      // 1 is black.
      return inverted(stretch(unpackBits(raw(), width, height, 1), 8, 1));
    case '2':
    case '3':
      return stretch(textSamples(bytes.subarray(start), width * height * channels, depth, false), depth, max);
    case '5':
    case '6':
    case '7':
      return stretch(depth === 16 ? littleEndian16(raw()) : Buffer.from(raw()), depth, max);
  }
}

/** Numbers as text; bits need no blanks between them. */
function textSamples(text: Buffer, count: number, depth: 8 | 16, bits: boolean): Buffer {
  const data = Buffer.alloc((count * depth) / 8);
  let at = 0;
  for (let sample = 0; sample < count; sample++) {
    while (isBlank(text[at])) at++;
    let value = -1;
    do {
      const digit = (text[at] ?? 0) - 0x30;
      if (at >= text.length || digit < 0 || digit > 9)
        throw damaged('The PNM is cut short or corrupt within its pixels');
      value = Math.max(value, 0) * 10 + digit;
      at++;
    } while (!bits && at < text.length && !isBlank(text[at]));
    if (value > 65_535) throw damaged(`A pixel of the PNM has the value ${value}`);
    if (depth === 8) data[sample] = value;
    else data.writeUInt16LE(value, sample * 2);
  }
  return data;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 9 && byte <= 13);
}
