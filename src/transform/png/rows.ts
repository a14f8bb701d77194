/** The rows of a PNG's pixel data: sections 8 (interlacing), 9 (filtering) and 10 (compression). */
import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import { damaged } from '../refusal.ts';
import type { Chunk } from './chunks.ts';
import { type PngHeader, pngChannels } from './header.ts';

const inflated = promisify(inflate);

/** One picture of rows: the whole image, or one pass of Adam7. */
export interface Pass {
  readonly height: number;
  /** Bytes of a row without the filter type in front of it. */
  readonly rowBytes: number;
}

/** Where each pass of Adam7 begins and how far its pixels are apart: first column, first row, column and row step. */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

export function pngPasses(header: PngHeader): Pass[] {
  const bits = pngChannels[header.colour] * header.depth;
  const pass = (width: number, height: number) => ({ height, rowBytes: Math.ceil((width * bits) / 8) });
  if (!header.interlaced) return [pass(header.width, header.height)];
  return adam7
    .map(([left, top, across, down]) => ({
      width: Math.ceil((header.width - left) / across),
      height: Math.ceil((header.height - top) / down),
    }))
    .filter(({ width, height }) => width > 0 && height > 0)
    .map(({ width, height }) => pass(width, height));
}

/**
 * Unpacks the pixel data and checks that there is exactly as much as the header says, with filters that exist.
 * @throws KuvaError `image-damaged`
 */
export async function pngRows(header: PngHeader, chunks: readonly Chunk[]): Promise<Buffer> {
  const passes = pngPasses(header);
  const size = passes.reduce((total, { height, rowBytes }) => total + height * (1 + rowBytes), 0);
  const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  let rows: Buffer;
  try {
    rows = await inflated(packed, { maxOutputLength: size + 1 });
  } catch (thrown) {
    throw damaged('The PNG is corrupt: its pixels cannot be unpacked', thrown);
  }
  if (rows.length !== size) {
    throw damaged(`The PNG is corrupt: it holds ${rows.length} bytes of pixels, and its size needs ${size}`);
  }
  let at = 0;
  for (const { height, rowBytes } of passes) {
    for (let row = 0; row < height; row++, at += 1 + rowBytes) {
      if (rows.readUInt8(at) > 4) throw damaged('The PNG is corrupt: a row has a filter that does not exist');
    }
  }
  return rows;
}

/** Undoes the filters in place, for pixels of at most 8 bits (so that the pixel to the left is the byte to the left). */
export function unfilter(rows: Buffer, passes: readonly Pass[]): void {
  let at = 0;
  for (const { height, rowBytes } of passes) {
    for (let row = 0; row < height; row++, at += 1 + rowBytes) {
      const above = row === 0 ? undefined : at - rowBytes;
      unfilterRow(rows, rows[at] ?? 0, at + 1, above, rowBytes);
      rows[at] = 0;
    }
  }
}

function unfilterRow(
  rows: Buffer,
  filter: number,
  from: number,
  above: number | undefined,
  length: number,
): void {
  if (filter === 0) return;
  for (let index = 0; index < length; index++) {
    const left = index === 0 ? 0 : (rows[from + index - 1] ?? 0);
    const up = above === undefined ? 0 : (rows[above + index] ?? 0);
    const corner = above === undefined || index === 0 ? 0 : (rows[above + index - 1] ?? 0);
    const value = rows[from + index] ?? 0;
    rows[from + index] = (value + predicted(filter, left, up, corner)) & 255;
  }
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const toLeft = Math.abs(up - corner);
  const toUp = Math.abs(left - corner);
  const toCorner = Math.abs(left + up - 2 * corner);
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
