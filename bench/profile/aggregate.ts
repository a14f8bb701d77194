import type { SelfTime } from './cpuProfile.ts';
import { describeFrame, partOf } from './parts.ts';

export interface FunctionCost {
  /** What and where. */
  readonly what: string;
  readonly part: string;
  readonly milliseconds: number;
}

export interface Costs {
  /** Of all samples that were not idle. */
  readonly milliseconds: number;
  /** By part, the dearest first. */
  readonly parts: Readonly<Record<string, number>>;
  /** By function, the dearest first. */
  readonly functions: readonly FunctionCost[];
}

/** Sums up the self times of any number of profiles. */
export function aggregate(times: readonly SelfTime[]): Costs {
  const parts: Record<string, number> = {};
  const functions = new Map<string, { what: string; part: string; milliseconds: number }>();
  let milliseconds = 0;
  for (const time of times) {
    const part = partOf(time);
    const what = describeFrame(time.frame);
    milliseconds += time.milliseconds;
    parts[part] = (parts[part] ?? 0) + time.milliseconds;
    const id = `${part}\n${what}`;
    const cost = functions.get(id);
    if (cost === undefined) functions.set(id, { what, part, milliseconds: time.milliseconds });
    else cost.milliseconds += time.milliseconds;
  }
  return {
    milliseconds,
    parts: Object.fromEntries(Object.entries(parts).sort(([, a], [, b]) => b - a)),
    functions: [...functions.values()].sort((a, b) => b.milliseconds - a.milliseconds),
  };
}

/** Each part's share of the whole, 0 to 1. */
export function sharesOf({ parts, milliseconds }: Costs): Record<string, number> {
  return Object.fromEntries(Object.entries(parts).map(([part, each]) => [part, each / milliseconds]));
}
