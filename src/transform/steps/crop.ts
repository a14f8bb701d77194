import type { KuvaError } from '../../image/failure.ts';
import type { StepOf } from '../../image/steps.ts';
import { impossible } from '../refusal.ts';
import type { StepKind } from './kind.ts';

export const crop: StepKind<'crop'> = {
  order: 1,
  sized: true,
  keepsDescription: false,
  colours: 'stored',
  draw(image, step, frame) {
    const fault = cropFault(step, frame);
    if (fault !== undefined) throw fault;
    const { left, top, width, height } = step;
    return image.extract({ left, top, width, height });
  },
};

/** The refusal of a rectangle that does not lie within the image. */
export function cropFault(
  { left, top, width, height }: StepOf<'crop'>,
  image: { readonly width: number; readonly height: number },
): KuvaError | undefined {
  if (left + width <= image.width && top + height <= image.height) return undefined;
  return impossible(
    `The image has ${image.width} × ${image.height} pixels here, and crop asks for ${width} × ${height} from ${left}, ${top}`,
    'Make the rectangle smaller, resize before cropping, or send such images through another pipeline.',
  );
}
