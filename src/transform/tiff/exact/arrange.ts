/** Samples moved, and nothing else: quarter turns, mirroring, cutting out. */
import type { Raster } from './raster.ts';

/** Where a pixel comes from: columns and rows exchanged, and counted from the other end. */
export interface Arrangement {
  readonly swap?: true;
  readonly fromRight?: true;
  readonly fromBottom?: true;
}

/** Clockwise, in degrees. */
export const quarterTurns: Readonly<Record<number, Arrangement>> = {
  0: {},
  90: { swap: true, fromBottom: true },
  180: { fromRight: true, fromBottom: true },
  270: { swap: true, fromRight: true },
};

/** What turns a picture upright, by its orientation (TIFF 6.0, tag 274). */
export const upright: Readonly<Record<number, Arrangement>> = {
  2: { fromRight: true },
  3: { fromRight: true, fromBottom: true },
  4: { fromBottom: true },
  5: { swap: true },
  6: { swap: true, fromBottom: true },
  7: { swap: true, fromRight: true, fromBottom: true },
  8: { swap: true, fromRight: true },
};

type Units = Uint8Array | Uint16Array | Uint32Array;

/** @param pixel bytes of one; @param sample bytes of one */
export function arranged(
  raster: Raster,
  { swap, fromRight, fromBottom }: Arrangement,
  pixel: number,
  sample: number,
): Raster {
  const { width, height, data } = raster;
  const out = Buffer.from(new ArrayBuffer(data.length));
  const [from, to] = [unitsOf(data, sample), unitsOf(out, sample)];
  const count = (pixel * from.length) / data.length;
  const [across, down] = swap ? [height, width] : [width, height];
  let at = 0;
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      const [column, row] = swap ? [y, x] : [x, y];
      const source =
        ((fromBottom ? height - 1 - row : row) * width + (fromRight ? width - 1 - column : column)) * count;
      for (let unit = 0; unit < count; unit++) to[at++] = from[source + unit] ?? 0;
    }
  }
  return { width: across, height: down, data: out };
}

/** Numbers of eight bytes are moved in halves. */
function unitsOf(data: Buffer, sample: number): Units {
  const { buffer, byteOffset, length } = data;
  if (sample === 1 || byteOffset % sample !== 0) return data;
  return sample === 2
    ? new Uint16Array(buffer, byteOffset, length / 2)
    : new Uint32Array(buffer, byteOffset, length / 4);
}

/** The rectangle lies within the picture. */
export function cut(
  { width: across, data }: Raster,
  { left, top, width, height }: { left: number; top: number; width: number; height: number },
  pixel: number,
): Raster {
  const out = Buffer.from(new ArrayBuffer(width * height * pixel));
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * across + left) * pixel;
    data.copy(out, y * width * pixel, from, from + width * pixel);
  }
  return { width, height, data: out };
}
