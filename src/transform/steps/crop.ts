import { impossible } from '../refusal.ts';
import type { StepKind } from './kind.ts';

export const crop: StepKind<'crop'> = {
  order: 1,
  sized: true,
  keepsDescription: false,
  colours: 'stored',
  draw(image, { left, top, width, height }, frame) {
    if (left + width > frame.width || top + height > frame.height) {
      throw impossible(
        `The image has ${frame.width} × ${frame.height} pixels here, and crop asks for ${width} × ${height} from ${left}, ${top}`,
        'Make the rectangle smaller, resize before cropping, or send such images through another pipeline.',
      );
    }
    return image.extract({ left, top, width, height });
  },
};
