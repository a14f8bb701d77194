/** The samples of a page as they lie in memory, and their way from the file. */
import { damaged } from '../../refusal.ts';
import type { TiffFile } from '../read.ts';
import type { ExactPage } from './layout.ts';
import { unpacked } from './packing.ts';
import { type RowShape, undoDifferences, undoFloat } from './predictor.ts';

/** Rows from the top, pixels from the left, channels side by side; little-endian. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly data: Buffer;
}

/** A strip or a tile. */
interface Block {
  readonly left: number;
  readonly top: number;
  /** Pixels that are stored; of a tile at the edge, more than are in the picture. */
  readonly width: number;
  readonly height: number;
  /** 0 where all channels lie together. */
  readonly plane: number;
}

/** Strips and tiles in the order of their offsets (TIFF 6.0, section 15). */
export function* blocksOf(
  { width, height }: Pick<Raster, 'width' | 'height'>,
  rows: number,
  tile: { readonly width: number; readonly height: number } | undefined,
  planes: number,
): Generator<Block> {
  const across = tile?.width ?? width;
  const down = tile?.height ?? rows;
  for (let plane = 0; plane < planes; plane++)
    for (let top = 0; top < height; top += down)
      for (let left = 0; left < width; left += across)
        yield {
          left,
          top,
          width: across,
          height: tile === undefined ? Math.min(down, height - top) : down,
          plane,
        };
}

/** @throws KuvaError `image-damaged` */
export function readRaster(file: Omit<TiffFile, 'pages'>, page: ExactPage): Raster {
  const { width, height, bytes, channels, coding, rows, parts } = page;
  const stored = coding.planes ? 1 : channels;
  const pixel = channels * bytes;
  const data = Buffer.alloc(width * height * pixel);
  let index = 0;
  for (const block of blocksOf(page, rows, coding.tile, coding.planes ? channels : 1)) {
    const { offset, size } = parts[index++] ?? { offset: 0, size: 0 };
    if (offset + size > file.bytes.length) throw damaged('The TIFF is cut short: pixels are missing');
    const line = block.width * stored * bytes;
    const most = block.width * Math.max(rows, block.height) * stored * bytes;
    const plain = unpacked(
      file.bytes.subarray(offset, offset + size),
      coding.packing,
      line * block.height,
      most,
    );
    const shape = { samples: block.width * stored, step: stored, bytes };
    put(samplesOf(plain, file.little, coding.predictor, shape), block, line, data, page, stored);
  }
  return { width, height, data };
}

function samplesOf(plain: Buffer, little: boolean, predictor: 1 | 2 | 3, shape: RowShape): Buffer {
  if (predictor === 3) return undoFloat(plain, shape);
  if (predictor === 1 && (little || shape.bytes === 1)) return plain;
  // A copy: the file's own bytes stay as they are.
  const data = Buffer.from(new Uint8Array(plain).buffer);
  if (!little) swap(data, shape.bytes);
  return predictor === 2 ? undoDifferences(data, shape) : data;
}

function swap(data: Buffer, bytes: 1 | 2 | 4 | 8): void {
  if (bytes === 2) data.swap16();
  if (bytes === 4) data.swap32();
  if (bytes === 8) data.swap64();
}

/** Puts a block to its place. */
function put(
  samples: Buffer,
  { left, top, width, height, plane }: Block,
  line: number,
  data: Buffer,
  page: Pick<ExactPage, 'width' | 'height' | 'channels' | 'bytes'>,
  stored: number,
): void {
  const pixel = page.channels * page.bytes;
  const across = Math.min(width, page.width - left);
  const down = Math.min(height, page.height - top);
  for (let y = 0; y < down; y++) {
    const to = ((top + y) * page.width + left) * pixel;
    if (stored === page.channels) {
      samples.copy(data, to, y * line, y * line + across * pixel);
      continue;
    }
    for (let x = 0; x < across; x++)
      for (let byte = 0; byte < page.bytes; byte++)
        data[to + x * pixel + plane * page.bytes + byte] = samples[y * line + x * page.bytes + byte] ?? 0;
  }
}
