import type { Sharp } from 'sharp';
import type { DrawnStep, StepOf } from '../../image/steps.ts';
import type { Frame } from '../frame.ts';
import type { RecipeFiles } from '../recipeFiles.ts';

/**
 * How one step is done with sharp.
 *
 * Inside one pass sharp does things in an order of its own, whatever order its methods are called in. `order` is the
 * step's place in it; steps share a pass only while their places rise, and one that is `alone` shares it with nothing
 * but the encoding. The places follow sharp's `pipeline.cc`; `test/transform/order.test.ts` compares every pair that
 * may share a pass with the same two done one by one.
 */
export interface StepKind<Name extends DrawnStep['step']> {
  readonly order: number | 'alone';
  /** It must know the size of what it is given, so it begins a pass. */
  readonly sized?: true;
  /** Size, orientation and profile of the image are as before, so that all that its file says of it still holds. */
  readonly keepsDescription: boolean;
  /** stored: works on the values as they are, in any colour model; rgb: has no meaning in CMYK. */
  readonly colours: 'stored' | 'rgb';
  /** grey: leaves one channel, and no colour profile. */
  readonly leaves?: 'grey';
  /** It may add transparency to an image that has none. */
  mayAddAlpha?(step: StepOf<Name>): boolean;
  /**
   * @param frame as it is at the beginning of the pass
   * @throws KuvaError `step-impossible`
   */
  draw(image: Sharp, step: StepOf<Name>, frame: Frame, files: RecipeFiles): Sharp | Promise<Sharp>;
}

/** Whether a colour (`#rrggbbaa`) lets something through. */
export function isTransparent(colour: string): boolean {
  return !colour.endsWith('ff');
}
