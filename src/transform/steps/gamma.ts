import type { StepKind } from './kind.ts';

export const gamma: StepKind<'gamma'> = {
  order: 'alone',
  keepsDescription: true,
  colours: 'rgb',
  // sharp's two numbers are a darkening before and a brightening after the resizing; 1 does nothing.
  draw: (image, step) => (step.gamma >= 1 ? image.gamma(1, step.gamma) : image.gamma(1 / step.gamma, 1)),
};
