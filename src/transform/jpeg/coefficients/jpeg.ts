import type { RecipeOutput } from '../../../image/recipe.ts';
import { readFrameHeader } from '../entropy/frame.ts';
import { negateCoefficients } from '../entropy/negate.ts';
import { Unable } from '../entropy/unable.ts';
import { jpegSegments, type Segment, startOfScan } from '../segments.ts';
import { orientationOf, upright } from './orientation.ts';
import { readCoefficients } from './read.ts';
import { type Turn, turned } from './turn.ts';
import { writeCoefficients } from './write.ts';

/**
 * What an output asks of a JPEG whose coefficients are only moved, mirrored, transposed, left out or negated. Done back
 * and forth it gives the same coefficients, bit for bit.
 * @throws Unable where blocks that are not whole would have to move, or a profile would have to be applied; for a file
 *   that is damaged or coded in another way
 */
export function turnJpeg(
  bytes: Buffer,
  { steps, metadata }: Pick<RecipeOutput, 'steps' | 'metadata'>,
  check: () => void,
): { bytes: Buffer; width: number; height: number } {
  const strip = metadata === 'strip';
  const segments = describing(bytes);
  if (strip) refuseColours(bytes, segments);
  const orientation = segments.reduce((found, { payload }) => orientationOf(payload) ?? found, 1);
  const orients = strip || steps.some(({ step }) => step === 'auto-orient');
  const turns: Turn[] = orients ? [...(orienting[orientation - 1] ?? [])] : [];
  let negations = 0;
  for (const step of steps) {
    switch (step.step) {
      case 'rotate':
        turns.push(...(rotating[(((step.angle / 90) % 4) + 4) % 4] ?? []));
        break;
      case 'flip':
        turns.push({ turn: step.axis === 'vertical' ? 'upside-down' : 'mirror' });
        break;
      case 'crop': {
        const { left, top, width, height } = step;
        turns.push({ turn: 'crop', left, top, width, height });
        break;
      }
      case 'negate':
        negations++;
        break;
      default:
    }
  }
  const source = negations % 2 === 1 ? negateCoefficients(bytes, { check }) : bytes;
  const picture = turned(readCoefficients(source, check), turns);
  // A negation has negated the thumbnails as well.
  const kept = (negations % 2 === 1 ? describing(source) : segments)
    .filter((segment) => !strip || codes(segment))
    .map((segment) => (orients ? upright(segment) : segment.whole));
  return {
    bytes: writeCoefficients(picture, kept, check),
    width: picture.width,
    height: picture.height,
  };
}

/** Bytes that all coefficients of the picture take in memory. @throws nothing: a file that cannot be read takes none */
export function coefficientBytes(bytes: Buffer): number {
  for (const { marker, payload } of jpegSegments(bytes)) {
    if (marker < 0xc0 || marker > 0xc2) continue;
    try {
      const { components } = readFrameHeader(marker, payload);
      return components.reduce((sum, { across, down }) => sum + across * down * 128, 0);
    } catch (thrown) {
      if (thrown instanceof Unable) return 0;
      throw thrown;
    }
  }
  return 0;
}

interface Described extends Segment {
  /** With its marker and length. */
  readonly whole: Buffer;
}

/** APPn and comments before the first scan, but for the index of pictures that lie behind this one, which are not copied. */
function describing(bytes: Buffer): Described[] {
  const found: Described[] = [];
  for (const segment of jpegSegments(bytes)) {
    if (segment.marker === startOfScan) break;
    const { marker, payload, start, end } = segment;
    const index = marker === 0xe2 && begins(payload, 'MPF\0');
    if (((marker >= 0xe0 && marker <= 0xef) || marker === 0xfe) && !index)
      found.push({ ...segment, whole: bytes.subarray(start, end) });
  }
  return found;
}

const begins = (payload: Buffer, text: string): boolean =>
  payload.toString('latin1', 0, text.length) === text;

/** JFIF and Adobe say how colours are coded. */
function codes({ marker, payload }: Segment): boolean {
  return (marker === 0xe0 && begins(payload, 'JFIF\0')) || (marker === 0xee && begins(payload, 'Adobe'));
}

/** Without its description the picture must look the same: in sRGB. */
function refuseColours(bytes: Buffer, segments: readonly Segment[]): void {
  if (segments.some(({ marker, payload }) => marker === 0xe2 && begins(payload, 'ICC_PROFILE\0')))
    throw new Unable('its colour profile would have to be applied');
  for (const { marker, payload } of jpegSegments(bytes)) {
    if (marker >= 0xc0 && marker <= 0xc2 && payload[5] === 4)
      throw new Unable('its colours would have to be converted');
  }
}

const transpose: Turn = { turn: 'transpose' };
const mirror: Turn = { turn: 'mirror' };
const upsideDown: Turn = { turn: 'upside-down' };

/** By quarter turns, clockwise. */
const rotating: readonly (readonly Turn[])[] = [
  [],
  [transpose, mirror],
  [mirror, upsideDown],
  [transpose, upsideDown],
];

/** What makes a picture upright, by its orientation from 1 (CIPA DC-008, 4.6.4). */
const orienting: readonly (readonly Turn[])[] = [
  [],
  [mirror],
  [mirror, upsideDown],
  [upsideDown],
  [transpose],
  [transpose, mirror],
  [transpose, mirror, upsideDown],
  [transpose, upsideDown],
];
