import { isTransparent, type StepKind } from './kind.ts';

export const extend: StepKind<'extend'> = {
  order: 'alone',
  keepsDescription: false,
  colours: 'stored',
  mayAddAlpha: (step) => step.with === 'background' && isTransparent(step.background),
  draw: (image, { top, right, bottom, left, background, ...step }) =>
    image.extend({ top, right, bottom, left, background, extendWith: step.with }),
};
