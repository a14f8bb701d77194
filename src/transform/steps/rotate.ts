import { isTransparent, type StepKind } from './kind.ts';

export const rotate: StepKind<'rotate'> = {
  order: 'alone',
  keepsDescription: false,
  colours: 'stored',
  mayAddAlpha: ({ angle, background }) => angle % 90 !== 0 && isTransparent(background),
  draw: (image, { angle, background }) => image.rotate(angle, { background }),
};
