import type { StepKind } from './kind.ts';

export const negate: StepKind<'negate'> = {
  order: 15,
  keepsDescription: true,
  colours: 'stored',
  draw: (image, { alpha }) => image.negate({ alpha }),
};
