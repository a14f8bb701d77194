import { bytesSchema } from '../../image/quantitySchema.ts';
import type { Recipe } from '../../image/recipe.ts';
import type { Step } from '../../image/steps.ts';
import type { ImageFacts } from '../contract.ts';

/** Bytes a pixel of a picture that is decoded to be measured: its colours, its brightness, and a copy within libvips. */
const measuring = 8;

/**
 * An upper bound, in bytes, on what steps that stand apart take: what they say themselves, since nothing else is known of
 * them, and the files and pixels that are handed over. Commands run one at a time.
 */
export function weighOwnSteps(facts: ImageFacts, { outputs }: Recipe): number {
  const pixels = Math.max(facts.width * facts.height, facts.largestPage ?? 0);
  const sample = Math.max(facts.channels, 3) * (facts.depth / 8);
  const costs = outputs.flatMap(({ steps }) =>
    steps.map((step) => costOf(step, pixels, sample, facts.pages)),
  );
  return (
    costs.reduce((most, cost) => Math.max(most, cost.working), 0) +
    costs.reduce((sum, cost) => sum + cost.kept, 0)
  );
}

function costOf(
  step: Step,
  pixels: number,
  sample: number,
  pages: number,
): { working: number; kept: number } {
  switch (step.step) {
    case 'measure':
      return { working: pixels * measuring, kept: 0 };
    case 'command':
      // What goes in, as a file without loss at the most, and what comes out.
      return { working: bytesSchema.parse(step.memory), kept: pixels * pages * sample * (1 + step.grows) };
    case 'module':
      return {
        working: bytesSchema.parse(step.memory),
        kept: pixels * pages * sample * (3 + 2 * step.grows),
      };
    default:
      return { working: 0, kept: 0 };
  }
}
