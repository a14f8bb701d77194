import type { StepKind } from './kind.ts';

export const flip: StepKind<'flip'> = {
  order: 'alone',
  keepsDescription: false,
  colours: 'stored',
  draw: (image, { axis }) => (axis === 'vertical' ? image.flip() : image.flop()),
};
