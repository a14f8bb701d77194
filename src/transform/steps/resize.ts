import { isTransparent, type StepKind } from './kind.ts';

export const resize: StepKind<'resize'> = {
  order: 5,
  keepsDescription: false,
  colours: 'stored',
  mayAddAlpha: ({ fit, background }) => fit === 'contain' && isTransparent(background),
  draw: (image, { width, height, fit, kernel, position, enlarge, background }) =>
    image.resize({
      ...(width === undefined ? {} : { width }),
      ...(height === undefined ? {} : { height }),
      fit,
      kernel,
      position,
      background,
      withoutEnlargement: !enlarge,
      // Faster, but what a JPEG decoder skips is lost to the kernel.
      fastShrinkOnLoad: false,
    }),
};
