import type { StepKind } from './kind.ts';

export const normalise: StepKind<'normalise'> = {
  order: 'alone',
  keepsDescription: true,
  colours: 'rgb',
  draw: (image, { lower, upper }) => image.normalise({ lower, upper }),
};
