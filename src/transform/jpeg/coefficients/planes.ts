/** The quantised DCT coefficients of a JPEG, by component. */

export interface Plane {
  readonly id: number;
  /** Sampling factors; 1 × 1 where it is alone. */
  readonly horizontal: number;
  readonly vertical: number;
  /** Number of its quantisation table, and the table: 64 values, row by row. */
  readonly table: number;
  readonly quantisation: Uint16Array;
  /** Blocks across and down that the picture has; those that fill up an MCU are not kept. */
  readonly across: number;
  readonly down: number;
  /** 64 coefficients a block, row by row (horizontal frequency grows along a row), blocks row by row. */
  readonly data: Int16Array;
}

export interface Coefficients {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly planes: readonly Plane[];
}

/** Pixels across and down of an MCU. */
export function mcuOf(planes: readonly Plane[]): { readonly width: number; readonly height: number } {
  return {
    width: 8 * Math.max(...planes.map(({ horizontal }) => horizontal)),
    height: 8 * Math.max(...planes.map(({ vertical }) => vertical)),
  };
}

/** Blocks of a component in a picture of this size (ITU-T T.81, A.1.1 and A.2.4). */
export function blocksOf(
  { width, height }: { readonly width: number; readonly height: number },
  { horizontal, vertical }: Pick<Plane, 'horizontal' | 'vertical'>,
  mcu: { readonly width: number; readonly height: number },
): { readonly across: number; readonly down: number } {
  return {
    across: Math.ceil(Math.ceil((width * horizontal * 8) / mcu.width) / 8),
    down: Math.ceil(Math.ceil((height * vertical * 8) / mcu.height) / 8),
  };
}

/** Places of the zigzag order (T.81, figure A.6), row by row. */
export const zigzag: readonly number[] = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46,
  53, 60, 61, 54, 47, 55, 62, 63,
];
