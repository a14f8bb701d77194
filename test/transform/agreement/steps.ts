/** The steps that are compared, how others are asked for the same, and how far each may be off. */

/** Levels of 255, for one sample of any picture and on average over each picture; a colour counts by how opaque it is. */
export interface Tolerance {
  readonly most: number;
  readonly mean: number;
}

export interface AgreementStep {
  readonly name: 'negate' | 'rotate' | 'grayscale' | 'resize';
  readonly ours: unknown;
  readonly magick: (channels: number) => readonly string[];
  /** By the bits of the picture: what rounding to 8 bits does is not seen with 16. */
  readonly tolerances: Readonly<Record<8 | 16, Tolerance>>;
}

const none = { most: 0, mean: 0 } as const;

export const steps: readonly AgreementStep[] = [
  { name: 'negate', ours: 'negate', magick: () => ['-negate'], tolerances: { 8: none, 16: none } },
  {
    name: 'rotate',
    ours: { rotate: { angle: 90 } },
    magick: () => ['-rotate', '90'],
    tolerances: { 8: none, 16: none },
  },
  {
    // Both go by the light that the colours stand for (Rec. 709 luminance); libvips rounds it to a table of 8 bits.
    name: 'grayscale',
    ours: 'grayscale',
    magick: (channels) => (channels < 3 ? [] : ['-grayscale', 'Rec709Luminance']),
    tolerances: { 8: { most: 8, mean: 1 }, 16: { most: 0.1, mean: 0.02 } },
  },
  {
    name: 'resize',
    ours: { resize: { width: 30, height: 20, fit: 'fill' } },
    magick: () => ['-filter', 'Lanczos', '-resize', '30x20!'],
    tolerances: { 8: { most: 4, mean: 1 }, 16: { most: 2, mean: 0.5 } },
  },
];

/** What docs/formats.md says of them. */
export function toleranceTable(): string {
  const levels = ({ most, mean }: Tolerance) => (most === 0 ? 'none' : `${most}, ${mean} on average`);
  const rows = steps.map(
    ({ name, tolerances }) => `| ${name} | ${levels(tolerances[8])} | ${levels(tolerances[16])} |`,
  );
  return ['| Step | 8 bits | 16 bits |', '| --- | --- | --- |', ...rows].join('\n');
}
