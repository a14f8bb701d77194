import type { StepKind } from './kind.ts';

export const flatten: StepKind<'flatten'> = {
  order: 3,
  keepsDescription: true,
  colours: 'stored',
  draw: (image, { background }) => image.flatten({ background }),
};
