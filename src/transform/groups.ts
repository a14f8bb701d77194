/** Which steps of a recipe share a pass through libvips. */
import type { BoundStep } from './steps/table.ts';

/**
 * Groups steps that sharp does in the same order within one pass; all others get a pass of their own.
 * @param cmyk whether the image is CMYK, so that a step that needs RGB begins a pass, which converts first
 */
export function groupSteps(steps: readonly BoundStep[], cmyk: boolean): BoundStep[][] {
  const groups: BoundStep[][] = [];
  let last: BoundStep | undefined;
  let convert = cmyk;
  for (const step of steps) {
    const converts = convert && needsRgb(step);
    const joins =
      last !== undefined &&
      !converts &&
      step.sized !== true &&
      typeof last.order === 'number' &&
      typeof step.order === 'number' &&
      last.order < step.order;
    if (joins) groups.at(-1)?.push(step);
    else groups.push([step]);
    if (converts) convert = false;
    last = step;
  }
  return groups;
}

/** Grey is made from RGB; other steps say so themselves. */
export function needsRgb(step: BoundStep): boolean {
  return step.colours === 'rgb' || step.leaves === 'grey';
}
