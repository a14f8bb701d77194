import type { Sharp } from 'sharp';
import type { DrawnStep } from '../../image/steps.ts';
import type { Frame } from '../frame.ts';
import type { RecipeFiles } from '../recipeFiles.ts';
import { autoOrient } from './autoOrient.ts';
import { blur } from './blur.ts';
import { composite } from './composite.ts';
import { crop } from './crop.ts';
import { extend } from './extend.ts';
import { flatten } from './flatten.ts';
import { flip } from './flip.ts';
import { gamma } from './gamma.ts';
import { grayscale } from './grayscale.ts';
import type { StepKind } from './kind.ts';
import { modulate } from './modulate.ts';
import { negate } from './negate.ts';
import { normalise } from './normalise.ts';
import { resize } from './resize.ts';
import { rotate } from './rotate.ts';
import { sharpen } from './sharpen.ts';
import { tint } from './tint.ts';
import { trim } from './trim.ts';

/** Every step's way of being done. A step that is missing here does not compile. */
export const stepKinds: { readonly [Name in DrawnStep['step']]: StepKind<Name> } = {
  negate,
  grayscale,
  resize,
  crop,
  rotate,
  'auto-orient': autoOrient,
  flip,
  blur,
  sharpen,
  gamma,
  normalise,
  modulate,
  tint,
  flatten,
  composite,
  trim,
  extend,
};

/** A step with its settings bound, whatever its kind. */
export interface BoundStep extends Omit<StepKind<DrawnStep['step']>, 'draw' | 'mayAddAlpha'> {
  readonly name: DrawnStep['step'];
  readonly addsAlpha: boolean;
  draw(image: Sharp, frame: Frame, files: RecipeFiles): Sharp | Promise<Sharp>;
}

export function bindStep(step: DrawnStep): BoundStep {
  switch (step.step) {
    case 'negate':
      return bound(step, stepKinds.negate);
    case 'grayscale':
      return bound(step, stepKinds.grayscale);
    case 'resize':
      return bound(step, stepKinds.resize);
    case 'crop':
      return bound(step, stepKinds.crop);
    case 'rotate':
      return bound(step, stepKinds.rotate);
    case 'auto-orient':
      return bound(step, stepKinds['auto-orient']);
    case 'flip':
      return bound(step, stepKinds.flip);
    case 'blur':
      return bound(step, stepKinds.blur);
    case 'sharpen':
      return bound(step, stepKinds.sharpen);
    case 'gamma':
      return bound(step, stepKinds.gamma);
    case 'normalise':
      return bound(step, stepKinds.normalise);
    case 'modulate':
      return bound(step, stepKinds.modulate);
    case 'tint':
      return bound(step, stepKinds.tint);
    case 'flatten':
      return bound(step, stepKinds.flatten);
    case 'composite':
      return bound(step, stepKinds.composite);
    case 'trim':
      return bound(step, stepKinds.trim);
    case 'extend':
      return bound(step, stepKinds.extend);
  }
}

interface Drawer<S extends DrawnStep> extends Omit<StepKind<DrawnStep['step']>, 'draw' | 'mayAddAlpha'> {
  mayAddAlpha?(step: S): boolean;
  draw(image: Sharp, step: S, frame: Frame, files: RecipeFiles): Sharp | Promise<Sharp>;
}

function bound<S extends DrawnStep>(step: S, kind: Drawer<S>): BoundStep {
  return {
    ...kind,
    name: step.step,
    addsAlpha: kind.mayAddAlpha?.(step) ?? false,
    draw: (image, frame, files) => kind.draw(image, step, frame, files),
  };
}
