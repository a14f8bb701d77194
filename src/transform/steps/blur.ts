import type { StepKind } from './kind.ts';

export const blur: StepKind<'blur'> = {
  order: 9,
  keepsDescription: true,
  colours: 'stored',
  draw: (image, { sigma }) => image.blur(sigma),
};
