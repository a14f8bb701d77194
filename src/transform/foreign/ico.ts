/** Windows icons: Microsoft's documentation of ICONDIR and ICONDIRENTRY. Each picture of an icon is a page. */
import { damaged, readingStructure } from '../refusal.ts';
import type { ForeignFormat, ForeignHeader } from './contract.ts';
import { decodeByMagick } from './magick.ts';
import { pixelBytes } from './samples.ts';

function readIco(bytes: Buffer): ForeignHeader {
  return readingStructure('The icon', () => {
    const count = bytes.readUInt16LE(4);
    if (count === 0) throw damaged('The icon holds no picture');
    const pages = Array.from({ length: count }, (_, index) => {
      const at = 6 + index * 16;
      pixelBytes(bytes, bytes.readUInt32LE(at + 12), bytes.readUInt32LE(at + 8), 'icon');
      // 0 stands for 256.
      return { width: bytes.readUInt8(at) || 256, height: bytes.readUInt8(at + 1) || 256 };
    });
    return { pages, depth: 8, channels: 4, hasAlpha: true };
  });
}

export const ico: ForeignFormat = {
  header: readIco,
  decode: (bytes, header) => decodeByMagick('ICO', bytes, header),
};
