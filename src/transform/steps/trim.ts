import type { StepKind } from './kind.ts';

export const trim: StepKind<'trim'> = {
  order: 'alone',
  sized: true,
  keepsDescription: false,
  colours: 'stored',
  draw(image, { background, threshold, lineArt, margin }, frame) {
    // libvips finds no border in less.
    if (frame.width < 3 && frame.height < 3) return image;
    return image.trim({ ...(background === undefined ? {} : { background }), threshold, lineArt, margin });
  },
};
