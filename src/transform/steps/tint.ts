import type { StepKind } from './kind.ts';

export const tint: StepKind<'tint'> = {
  order: 'alone',
  keepsDescription: true,
  colours: 'rgb',
  draw: (image, { colour }) => image.tint(colour),
};
