/** Steps in the recipe's order, cut into passes through libvips. */
import type { Sharp } from 'sharp';
import { channelCount, type ColourModel, type Frame, rgbModel } from './frame.ts';
import { openImage } from './libvips.ts';
import { needsRgb } from './groups.ts';
import type { RecipeFiles } from './recipeFiles.ts';
import type { BoundStep } from './steps/table.ts';
import type { TimeBudget } from './time.ts';
import { translated } from './translation.ts';

/** What a pass needs beside the frame. */
export interface PassContext {
  readonly files: RecipeFiles;
  readonly time: TimeBudget;
}

/** How a pass ends: an intermediate file without loss, or the encoding of the output. */
export interface Ending {
  model(model: ColourModel): ColourModel;
  write(image: Sharp, frame: Frame): Sharp;
  /** Whether what the file says of itself goes along. */
  readonly keepMetadata: boolean;
  /** Convert the colours to sRGB by the image's own profile, and drop that. */
  readonly applyProfile: boolean;
}

/**
 * An intermediate file: PNG without compression, which libvips reads and writes faster than an uncompressed TIFF
 * (12 Mpx: 26 against 113 ms for both) and which keeps EXIF; TIFF for CMYK, which PNG has not.
 */
export const intermediate: Ending = {
  model: (model) => model,
  write: (image, { model }) =>
    model === 'cmyk'
      ? image.tiff({ compression: 'none' })
      : image.png({ compressionLevel: 0, adaptiveFiltering: false }),
  keepMetadata: true,
  applyProfile: false,
};

/**
 * Runs a group of steps on a frame.
 * @throws KuvaError `image-damaged` while the source itself is read (`fromSource`), `transform-failed`, `step-impossible`,
 *   `transform-timeout`
 */
export async function runPass(
  frame: Frame,
  steps: readonly BoundStep[],
  ending: Ending,
  context: PassContext,
  fromSource: boolean,
): Promise<Frame> {
  context.time.check();
  const grey = steps.some(({ leaves }) => leaves === 'grey');
  const applies = ending.applyProfile || grey || (frame.model === 'cmyk' && steps.some(needsRgb));
  const before = applies ? rgbModel(frame.model) : frame.model;
  const reached = grey ? greyModel(before) : before;
  const model = ending.model(reached);
  try {
    let image = openImage(frame.bytes, { ignoreIcc: !applies });
    if (model === 'cmyk') image = image.pipelineColourspace('cmyk');
    if (ending.keepMetadata) image = applies ? image.keepExif().keepXmp() : image.keepMetadata();
    for (const step of steps) image = await step.draw(image, frame, context.files);
    image = image.toColourspace(model).timeout({ seconds: context.time.secondsLeft() });
    image = ending.write(image, { ...frame, model });
    const { data, info } = await image.toBuffer({ resolveWithObject: true });
    context.time.check();
    return {
      bytes: data,
      width: info.width,
      height: info.height,
      model,
      hasAlpha: info.channels > channelCount(model, false),
      hasProfile: frame.hasProfile && !applies,
      orientation: steps.some(({ name }) => name === 'auto-orient') ? 1 : frame.orientation,
      resolution: frame.resolution,
    };
  } catch (thrown) {
    throw translated(thrown, fromSource ? 'image-damaged' : 'transform-failed');
  }
}

function greyModel(model: ColourModel): ColourModel {
  return model === 'rgb16' || model === 'grey16' ? 'grey16' : 'b-w';
}
