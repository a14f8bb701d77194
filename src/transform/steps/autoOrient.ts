import type { StepKind } from './kind.ts';

export const autoOrient: StepKind<'auto-orient'> = {
  order: 0,
  sized: true,
  keepsDescription: false,
  colours: 'stored',
  draw: (image, _step, { orientation }) => (orientation === 1 ? image : image.autoOrient()),
};
