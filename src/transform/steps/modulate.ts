import type { StepKind } from './kind.ts';

export const modulate: StepKind<'modulate'> = {
  order: 'alone',
  keepsDescription: true,
  colours: 'rgb',
  draw: (image, { brightness, saturation, hue, lightness }) =>
    image.modulate({ brightness, saturation, hue, lightness }),
};
