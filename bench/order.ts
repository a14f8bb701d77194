import type { Contender, SetName } from './result.ts';

/** One run to be done. */
export interface PlannedRun {
  readonly set: SetName;
  readonly round: number;
  readonly contender: Contender;
}

/**
 * Interleaved: every round has every contender, and every other round has them backwards, so that a machine that
 * gets slower or faster meanwhile does not favour the one that always came first.
 */
export function orderOfRuns(
  sets: readonly SetName[],
  contenders: readonly Contender[],
  rounds: number,
): PlannedRun[] {
  const planned: PlannedRun[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const set of sets) {
      const order = round % 2 === 1 ? contenders : contenders.toReversed();
      planned.push(...order.map((contender) => ({ set, round, contender })));
    }
  }
  return planned;
}
