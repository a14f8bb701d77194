import type { StepKind } from './kind.ts';

export const grayscale: StepKind<'grayscale'> = {
  order: 'alone',
  keepsDescription: false,
  colours: 'stored',
  leaves: 'grey',
  // The pass writes grey; sharp's own greyscale() would go down to 8 bits.
  draw: (image) => image,
};
