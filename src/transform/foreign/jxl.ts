/** JPEG XL: its headers (ISO/IEC 18181-1, annexes B and D), in a bare codestream or in the boxes of 18181-2. */
import { readBoxes } from '../avif/boxes.ts';
import { damaged, readingStructure, unsupported } from '../refusal.ts';
import type { ForeignFormat, ForeignHeader } from './contract.ts';
import { decodeByMagick, depthOf } from './magick.ts';

/** Numbers of any count of bits, the lowest of a byte first. */
class Bits {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at * 8;
  }

  read(count: number): number {
    let value = 0;
    for (let bit = 0; bit < count; bit++) {
      value += ((this.#bytes.readUInt8(this.#at >> 3) >> (this.#at & 7)) & 1) * 2 ** bit;
      this.#at++;
    }
    return value;
  }

  /** One of four: a value, and bits that are added to it. */
  choose(...choices: readonly [plus: number, bits: number][]): number {
    const [plus, bits] = choices[this.read(2)] ?? [0, 0];
    return plus + this.read(bits);
  }
}

function codestream(bytes: Buffer): Buffer {
  if (bytes[0] === 0xff) return bytes;
  const first = readBoxes(bytes, 'JPEG XL').find(({ type }) => type === 'jxlc' || type === 'jxlp');
  if (first === undefined) throw damaged('The JPEG XL holds no picture');
  return bytes.subarray(first.start + (first.type === 'jxlp' ? 4 : 0), first.end);
}

/** Width to height, by the number in the header. */
const ratios = [undefined, 1, 12 / 10, 4 / 3, 3 / 2, 16 / 9, 5 / 4, 2] as const;

function sizeOf(bits: Bits): { width: number; height: number } {
  const small = bits.read(1) === 1;
  const side = () => (small ? (bits.read(5) + 1) * 8 : bits.choose([1, 9], [1, 13], [1, 18], [1, 30]));
  const height = side();
  const ratio = ratios[bits.read(3)];
  return { height, width: ratio === undefined ? side() : Math.floor(height * ratio) };
}

function readJxl(bytes: Buffer): ForeignHeader {
  return readingStructure('The JPEG XL', () => {
    const bits = new Bits(codestream(bytes), 2);
    const size = sizeOf(bits);
    // All as usual: 8 bits, no further channels.
    if (bits.read(1) === 1) return { pages: [size], depth: 8, channels: 3, hasAlpha: false };
    if (bits.read(1) === 1) refuseExtras(bits);
    const float = bits.read(1) === 1;
    const stored = float ? 32 : bits.choose([8, 0], [10, 0], [12, 0], [1, 6]);
    const depth = depthOf(stored, 'JPEG XL image', float);
    // Whether 16 bits are enough for the decoder.
    bits.read(1);
    const further = bits.choose([0, 0], [1, 0], [2, 4], [1, 12]);
    if (further > 1) {
      throw unsupported(
        `The JPEG XL has ${further} channels beside its colours, which is more than transparency`,
        'Save it as RGB, and upload that.',
      );
    }
    return { pages: [size], ...depth, channels: further === 1 ? 4 : 3, hasAlpha: further === 1 };
  });
}

/** Orientation, another size to be shown at, a preview, an animation. */
function refuseExtras(bits: Bits): void {
  bits.read(3);
  if (bits.read(1) === 1) sizeOf(bits);
  const preview = bits.read(1) === 1;
  if (!preview && bits.read(1) === 0) return;
  throw unsupported(
    `The JPEG XL ${preview ? 'begins with a preview' : 'is an animation'}, which cannot be read`,
    'Save it as an ordinary JPEG XL, WebP or PNG, and upload that.',
  );
}

export const jxl: ForeignFormat = {
  header: readJxl,
  decode: (bytes, header) => decodeByMagick('JXL', bytes, header),
};
