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
  readonly tolerances: Tolerances;
}

/** With 8 bits every program rounds between its parts; with 16 that is not seen. */
interface Tolerances {
  readonly magick8: Tolerance;
  readonly magick16: Tolerance;
  readonly pillow8: Tolerance;
}

const none = { most: 0, mean: 0 } as const;
const exact: Tolerances = { magick8: none, magick16: none, pillow8: none };

export const steps: readonly AgreementStep[] = [
  { name: 'negate', ours: 'negate', magick: () => ['-negate'], tolerances: exact },
  { name: 'rotate', ours: { rotate: { angle: 90 } }, magick: () => ['-rotate', '90'], tolerances: exact },
  {
    // All go by the light that the colours stand for (Rec. 709 luminance), numpy by the formula itself.
    name: 'grayscale',
    ours: 'grayscale',
    magick: (channels) => (channels < 3 ? [] : ['-grayscale', 'Rec709Luminance']),
    tolerances: {
      magick8: { most: 8, mean: 1.5 },
      magick16: { most: 0.1, mean: 0.02 },
      pillow8: { most: 1, mean: 0.5 },
    },
  },
  {
    name: 'resize',
    ours: { resize: { width: 30, height: 20, fit: 'fill' } },
    magick: () => ['-filter', 'Lanczos', '-resize', '30x20!'],
    tolerances: {
      magick8: { most: 4, mean: 0.75 },
      magick16: { most: 2, mean: 0.25 },
      pillow8: { most: 4, mean: 0.5 },
    },
  },
];

/** What docs/formats.md says of them. */
export function toleranceTable(): string {
  const levels = ({ most, mean }: Tolerance) => (most === 0 ? 'none' : `${most}, ${mean} on average`);
  const rows = steps.map(({ name, tolerances: { magick8, magick16, pillow8 } }) =>
    [name, levels(magick8), levels(magick16), levels(pillow8)].join(' | '),
  );
  const head = [
    'Step | ImageMagick, 8 bits | ImageMagick, 16 bits | Pillow and numpy, 8 bits',
    '--- | --- | --- | ---',
  ];
  return [...head, ...rows].map((row) => `| ${row} |`).join('\n');
}
