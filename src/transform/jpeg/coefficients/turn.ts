/** Turning, mirroring and cropping a picture by its coefficients alone: each is exact, and so is what they make together. */
import { Unable } from '../entropy/unable.ts';
import { blocksOf, type Coefficients, mcuOf, type Plane } from './planes.ts';

export type Turn =
  | { readonly turn: 'transpose' | 'mirror' | 'upside-down' }
  | {
      readonly turn: 'crop';
      readonly left: number;
      readonly top: number;
      readonly width: number;
      readonly height: number;
    };

/** @throws Unable where blocks that are not whole would have to go to the other edge, or cut within */
export function turned(picture: Coefficients, turns: readonly Turn[]): Coefficients {
  return turns.reduce((before, turn) => {
    switch (turn.turn) {
      case 'transpose':
        return transposed(before);
      case 'mirror':
        return mirrored(before, 'width');
      case 'upside-down':
        return mirrored(before, 'height');
      case 'crop':
        return cropped(before, turn);
    }
  }, picture);
}

/** The corner at the upper left stays; rows become columns. Blocks that are not whole stay at their edge. */
function transposed({ width, height, planes }: Coefficients): Coefficients {
  return {
    width: height,
    height: width,
    planes: planes.map((plane): Plane => {
      const { across, down, data, quantisation } = plane;
      const result = new Int16Array(data.length);
      for (let y = 0; y < down; y++) {
        for (let x = 0; x < across; x++) transpose(data, (y * across + x) * 64, result, (x * down + y) * 64);
      }
      const table = new Uint16Array(64);
      transpose(quantisation, 0, table, 0);
      return {
        ...plane,
        horizontal: plane.vertical,
        vertical: plane.horizontal,
        across: down,
        down: across,
        data: result,
        quantisation: table,
      };
    }),
  };
}

function transpose(
  from: Int16Array | Uint16Array,
  fromAt: number,
  to: Int16Array | Uint16Array,
  toAt: number,
): void {
  for (let row = 0; row < 8; row++) {
    for (let column = 0; column < 8; column++)
      to[toAt + column * 8 + row] = from[fromAt + row * 8 + column] ?? 0;
  }
}

/** Cosines of odd frequency change their sign when they are read from the other end. */
function mirrored(picture: Coefficients, along: 'width' | 'height'): Coefficients {
  const size = mcuOf(picture.planes)[along];
  if (picture[along] % size !== 0)
    throw new Unable(
      `its ${along} of ${picture[along]} pixels is no multiple of ${size}, and blocks that are not whole cannot go to the other edge`,
    );
  return {
    ...picture,
    planes: picture.planes.map((plane): Plane => {
      const { across, down, data } = plane;
      const result = new Int16Array(data.length);
      for (let y = 0; y < down; y++) {
        for (let x = 0; x < across; x++) {
          const from = (y * across + x) * 64;
          const to = (along === 'width' ? y * across + across - 1 - x : (down - 1 - y) * across + x) * 64;
          for (let k = 0; k < 64; k++) {
            const odd = along === 'width' ? k & 1 : (k >> 3) & 1;
            const value = data[from + k] ?? 0;
            result[to + k] = odd === 1 ? -value : value;
          }
        }
      }
      return { ...plane, data: result };
    }),
  };
}

function cropped(
  picture: Coefficients,
  { left, top, width, height }: Extract<Turn, { turn: 'crop' }>,
): Coefficients {
  const mcu = mcuOf(picture.planes);
  if (left + width > picture.width || top + height > picture.height)
    throw new Unable('the rectangle is larger than the picture');
  if (left % mcu.width !== 0 || top % mcu.height !== 0)
    throw new Unable(
      `the corner ${left}, ${top} is on no border of its blocks of ${mcu.width} × ${mcu.height} pixels`,
    );
  return {
    width,
    height,
    planes: picture.planes.map((plane): Plane => {
      const { across, down } = blocksOf({ width, height }, plane, mcu);
      const firstX = (left / mcu.width) * plane.horizontal;
      const firstY = (top / mcu.height) * plane.vertical;
      const data = new Int16Array(across * down * 64);
      for (let y = 0; y < down; y++) {
        const from = ((firstY + y) * plane.across + firstX) * 64;
        data.set(plane.data.subarray(from, from + across * 64), y * across * 64);
      }
      return { ...plane, across, down, data };
    }),
  };
}
