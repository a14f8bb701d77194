import type { StepKind } from './kind.ts';

export const blur: StepKind<'blur'> = {
  order: 'alone',
  keepsDescription: true,
  colours: 'stored',
  draw: (image, { sigma }) => image.blur(sigma),
};
