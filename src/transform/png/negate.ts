/**
 * Negates a PNG without a detour through pixels, where that is exact and small:
 * - with a palette, the colours in the palette are negated and all else stays byte for byte;
 * - with grey samples of 1, 2 or 4 bits, the samples are negated and stay that small.
 */
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { damaged } from '../refusal.ts';
import { type Chunk, pngChunk, pngSignature, readPngChunks } from './chunks.ts';
import { type PngHeader, readPngHeader } from './header.ts';
import { pngPasses, pngRows, unfilter } from './rows.ts';

const deflated = promisify(deflate);

export function negatesInFile(bytes: Buffer): boolean {
  const { colour, depth } = readPngHeader(bytes);
  return colour === 'palette' || (colour === 'grey' && depth < 8);
}

/**
 * Transparency stays. The pixels are unpacked in both cases, so that a damaged image is not passed on.
 * @throws KuvaError `image-damaged`
 */
export async function negatePngInFile(bytes: Buffer): Promise<Buffer> {
  const header = readPngHeader(bytes);
  const chunks = readPngChunks(bytes);
  const rows = await pngRows(header, chunks);
  return header.colour === 'palette' ? negatePalette(bytes, chunks) : negateGrey(bytes, header, chunks, rows);
}

function negatePalette(bytes: Buffer, chunks: readonly Chunk[]): Buffer {
  if (!chunks.some(({ type }) => type === 'PLTE'))
    throw damaged('The PNG is corrupt: its palette is missing');
  return Buffer.concat([
    pngSignature,
    ...chunks.map((chunk) =>
      chunk.type === 'PLTE' ? pngChunk('PLTE', inverted(chunk.data)) : bytes.subarray(chunk.start, chunk.end),
    ),
  ]);
}

async function negateGrey(
  bytes: Buffer,
  header: PngHeader,
  chunks: readonly Chunk[],
  rows: Buffer,
): Promise<Buffer> {
  const passes = pngPasses(header);
  unfilter(rows, passes);
  let at = 0;
  for (const { height, rowBytes } of passes) {
    for (let row = 0; row < height; row++, at += 1 + rowBytes) {
      for (let index = at + 1; index <= at + rowBytes; index++) rows[index] = ~(rows[index] ?? 0);
    }
  }
  const pixels = pngChunk('IDAT', await deflated(rows, { level: 9 }));
  const first = chunks.findIndex(({ type }) => type === 'IDAT');
  return Buffer.concat([
    pngSignature,
    ...chunks.flatMap((chunk, index) => {
      if (chunk.type === 'IDAT') return index === first ? [pixels] : [];
      return [chunk.type === 'tRNS' ? negatedKey(chunk, header) : bytes.subarray(chunk.start, chunk.end)];
    }),
  ]);
}

/** The grey value that is transparent is negated like the pixels that have it. */
function negatedKey(chunk: Chunk, { depth }: PngHeader): Buffer {
  const key = Buffer.alloc(2);
  key.writeUInt16BE((2 ** depth - 1) & ~chunk.data.readUInt16BE(0));
  return pngChunk('tRNS', key);
}

function inverted(data: Buffer): Buffer {
  return Buffer.from(data.map((value) => 255 - value));
}
