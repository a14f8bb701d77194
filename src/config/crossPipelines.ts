/** What single pipelines cannot tell: two that take the same images, and some that feed each other in a circle. */
import { meets } from './crossCheck.ts';
import type { Complaint } from './mistake.ts';
import type { ResolvedPlace } from './resolvePlaces.ts';

/** A pipeline by its places. */
export interface PlacedPipeline {
  readonly places: readonly ResolvedPlace[];
}

/**
 * One pipeline's results may be another one's input: a chain. Two must not take from one place, where each would
 * remove what the other has not seen; and what goes round in a circle would never end.
 */
export function crossPipelines(
  pipelines: readonly PlacedPipeline[],
  realPath: (file: string) => string,
): Complaint[] {
  const complaints: Complaint[] = [];
  const inputs = pipelines.map(({ places }) => places.find(({ role }) => role === 'input'));
  const complain = ({ path, place }: ResolvedPlace, what: string): void => {
    complaints.push({ path, part: 'value', what, found: place.url, expected: 'a place of its own' });
  };
  inputs.forEach((input, index) => {
    const same = inputs
      .slice(0, index)
      .find((earlier) => input !== undefined && earlier !== undefined && meets(input, earlier, realPath));
    if (input !== undefined && same !== undefined)
      complain(
        input,
        `another pipeline takes its images from ${same.place.url}: each would remove what the other has not seen`,
      );
  });
  /** Which pipelines get what a pipeline writes. */
  const fed = pipelines.map(({ places }, from) =>
    inputs.flatMap((input, to) =>
      from !== to &&
      input !== undefined &&
      places.some((place) => place.role !== 'input' && meets(input, place, realPath))
        ? [to]
        : [],
    ),
  );
  inputs.forEach((input, start) => {
    // Told once, of the first in the circle.
    const circle = circleFrom(fed, start);
    if (input !== undefined && circle !== undefined && Math.min(...circle) === start)
      complain(
        input,
        'what is made of these images comes back to this place by way of other pipelines, over and over',
      );
  });
  return complaints;
}

/** The pipelines on a way that leads back to where it began; undefined: there is none. */
function circleFrom(fed: readonly (readonly number[])[], start: number): number[] | undefined {
  const seen = new Set<number>();
  const walk = (at: number, way: readonly number[]): number[] | undefined => {
    for (const next of fed[at] ?? []) {
      if (next === start) return [...way, at];
      if (seen.has(next)) continue;
      seen.add(next);
      const found = walk(next, [...way, at]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return walk(start, []);
}
