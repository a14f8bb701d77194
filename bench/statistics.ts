/** The middle of some measurements and how far they lie apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws RangeError when there is nothing to summarise: an empty set has no median, and 0 would look like one. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = inOrder(values);
  return { median: medianOf(sorted), min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
}

/** @throws RangeError as {@link spreadOf} */
export function median(values: readonly number[]): number {
  return medianOf(inOrder(values));
}

/**
 * The nearest-rank quantile: always a value that was really measured, never one between two.
 * @param share 0 to 1, e.g. 0.95 for p95
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = inOrder(values);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[Math.min(rank, sorted.length) - 1] ?? Number.NaN;
}

/**
 * How many times faster: ours ÷ rival, round by round, so that both sides of a ratio saw the machine in the same
 * minutes. Rounds in which one of the two is missing do not count; undefined when no round has both.
 */
export function pairedRatio(
  ours: ReadonlyMap<number, number>,
  rival: ReadonlyMap<number, number>,
): Spread | undefined {
  const ratios: number[] = [];
  for (const [round, value] of ours) {
    const other = rival.get(round);
    if (other !== undefined && other > 0) ratios.push(value / other);
  }
  return ratios.length === 0 ? undefined : spreadOf(ratios);
}

function inOrder(values: readonly number[]): number[] {
  if (values.length === 0) throw new RangeError('no measurements to summarise');
  return [...values].sort((a, b) => a - b);
}

function medianOf(sorted: readonly number[]): number {
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
