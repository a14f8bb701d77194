import type { StepKind } from './kind.ts';

export const sharpen: StepKind<'sharpen'> = {
  order: 'alone',
  keepsDescription: true,
  colours: 'rgb',
  draw: (image, { sigma, m1, m2, x1, y2, y3 }) => image.sharpen({ sigma, m1, m2, x1, y2, y3 }),
};
