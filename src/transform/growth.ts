import type { DrawnStep } from '../image/steps.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The largest size that an image can have after a step. A step that only makes smaller is taken to change nothing. */
export function sizeAfter(step: DrawnStep, { width, height }: Size): Size {
  switch (step.step) {
    case 'resize':
      return resized(step, { width, height });
    case 'crop':
      return { width: Math.min(width, step.width), height: Math.min(height, step.height) };
    case 'rotate': {
      if (step.angle % 180 === 0) return { width, height };
      if (step.angle % 90 === 0) return { width: height, height: width };
      const diagonal = Math.ceil(Math.hypot(width, height)) + 1;
      return { width: diagonal, height: diagonal };
    }
    // Which side is which depends on the tag; nothing here depends on it.
    case 'auto-orient':
      return { width, height };
    case 'extend':
      return { width: width + step.left + step.right, height: height + step.top + step.bottom };
    case 'negate':
    case 'grayscale':
    case 'flip':
    case 'blur':
    case 'sharpen':
    case 'gamma':
    case 'normalise':
    case 'modulate':
    case 'tint':
    case 'flatten':
    case 'composite':
    case 'trim':
      return { width, height };
  }
}

function resized(step: Extract<DrawnStep, { step: 'resize' }>, { width, height }: Size): Size {
  const across = step.width === undefined ? undefined : step.width / width;
  const down = step.height === undefined ? undefined : step.height / height;
  const factors = [across, down].filter((factor) => factor !== undefined);
  // A quarter turn that is still to come may exchange the sides, so the larger factor is taken for both.
  const wanted = step.fit === 'inside' ? Math.min(...factors) : Math.max(...factors);
  const factor = step.enlarge ? wanted : Math.min(1, wanted);
  const padded = step.fit === 'contain' || step.fit === 'fill';
  return {
    width: Math.ceil(Math.max(width * factor, padded ? (step.width ?? 0) : 0)),
    height: Math.ceil(Math.max(height * factor, padded ? (step.height ?? 0) : 0)),
  };
}
