/** JPEG 2000, as a file (ISO/IEC 15444-1, annex I) or as a bare codestream (annex A). */
import { readBoxes } from '../avif/boxes.ts';
import { damaged, readingStructure, unsupported } from '../refusal.ts';
import type { ForeignFormat, ForeignHeader } from './contract.ts';
import { decodeByMagick, depthOf } from './magick.ts';

const name = 'JPEG 2000';

function codestream(bytes: Buffer): Buffer {
  if (bytes.readUInt32BE(0) === 0xff4f_ff51) return bytes;
  const pictures = readBoxes(bytes, name).filter(({ type }) => type === 'jp2c');
  const [only] = pictures;
  if (only === undefined) throw damaged('The JPEG 2000 holds no picture');
  if (pictures.length > 1) {
    throw unsupported(
      `The JPEG 2000 holds ${pictures.length} pictures, and only the first could be transformed`,
      'Save the pictures one by one, and upload those.',
    );
  }
  return bytes.subarray(only.start, only.end);
}

function readJp2(bytes: Buffer): ForeignHeader {
  return readingStructure(`The ${name}`, () => {
    const code = codestream(bytes);
    const width = code.readUInt32BE(8) - code.readUInt32BE(16);
    const height = code.readUInt32BE(12) - code.readUInt32BE(20);
    const stored = code.readUInt16BE(40);
    const kinds = Array.from({ length: Math.min(stored, 5) }, (_, channel) =>
      code.readUInt8(42 + channel * 3),
    );
    if (width <= 0 || height <= 0)
      throw damaged(`The header of the JPEG 2000 says ${width} × ${height} pixels`);
    // EOC; some writers add zeros.
    if (code.lastIndexOf(Buffer.from([0xff, 0xd9])) < code.length - 16)
      throw damaged('The JPEG 2000 is cut short: its end is missing');
    const channels = ([1, 2, 3, 4] as const).find((count) => count === stored);
    if (channels === undefined || kinds.some((kind) => (kind & 0x80) !== 0)) {
      throw unsupported(
        `The JPEG 2000 has ${stored} channels${channels === undefined ? '' : ' with values below zero'}`,
        'Save it as grey or RGB, and upload that.',
      );
    }
    const depth = depthOf(Math.max(...kinds.map((kind) => kind + 1)), 'JPEG 2000 image');
    return { pages: [{ width, height }], ...depth, channels, hasAlpha: channels === 2 || channels === 4 };
  });
}

/** How its colours are meant (annex I.5.3.3): an ICC profile, or sRGB or grey by their numbers; others would be taken for RGB. */
function profileOf(bytes: Buffer): Buffer | undefined {
  if (bytes.readUInt32BE(0) === 0xff4f_ff51) return undefined;
  const header = readBoxes(bytes, name).find(({ type }) => type === 'jp2h');
  const within = header === undefined ? [] : readBoxes(bytes, name, header.start, header.end);
  const colours = within.filter(({ type }) => type === 'colr');
  const [first] = colours;
  if (first === undefined) return undefined;
  const method = bytes.readUInt8(first.start);
  if (method === 2) return Buffer.from(bytes.subarray(first.start + 3, first.end));
  const number = method === 1 ? bytes.readUInt32BE(first.start + 3) : 0;
  if (number === 16 || number === 17) return undefined;
  throw unsupported(
    `The JPEG 2000 stores its colours in an unusual way (${method}, ${number})`,
    'Save it as grey or RGB, and upload that.',
  );
}

export const jp2: ForeignFormat = {
  header: readJp2,
  profile: (bytes) => readingStructure(`The ${name}`, () => profileOf(bytes)),
  decode: (bytes, header) => decodeByMagick(bytes[0] === 0xff ? 'J2K' : 'JP2', bytes, header),
};
