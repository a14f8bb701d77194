import type { Sharp } from 'sharp';
import type { StepOf } from '../../image/steps.ts';
import { isTransparent, type StepKind } from './kind.ts';

export const resize: StepKind<'resize'> = {
  order: 5,
  keepsDescription: false,
  colours: 'stored',
  mayAddAlpha: ({ fit, background }) => fit === 'contain' && isTransparent(background),
  draw: resizing,
};

export function resizing(
  image: Sharp,
  { width, height, fit, kernel, position, enlarge, background }: StepOf<'resize'>,
): Sharp {
  return image.resize({
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    fit,
    kernel,
    position,
    background,
    withoutEnlargement: !enlarge,
    // Faster, but what a JPEG decoder skips is lost to the kernel.
    fastShrinkOnLoad: false,
  });
}
