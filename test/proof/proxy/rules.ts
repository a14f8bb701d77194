import type { Fault } from './fault.ts';
import type { RequestKind, S3Request } from './request.ts';

/** When a fault strikes. Everything that is given must fit. */
export interface Rule {
  readonly fault: Fault;
  readonly kinds?: readonly RequestKind[];
  readonly method?: string;
  readonly bucket?: string;
  /** Left out: any key, and the bucket itself. */
  readonly key?: RegExp;
  /** A field that the query must have. */
  readonly query?: string;
  /** Strikes from the nth fitting request on, the first being 1. */
  readonly from?: number;
  /** Strikes so many times at most. */
  readonly times?: number;
  /** Strikes with this probability, 0 to 1, by the proxy's seed. */
  readonly probability?: number;
}

/** A rule in force. */
export interface ActiveRule {
  /** How often it has struck. */
  readonly struck: number;
  /** The fault ends. */
  readonly end: () => void;
}

/** The rules in force, asked for each request in the order in which they were made; the first that strikes counts. */
export class Rules {
  readonly #random: () => number;
  #rules: { rule: Rule; fitted: number; struck: number }[] = [];

  constructor(random: () => number) {
    this.#random = random;
  }

  add(rule: Rule): ActiveRule {
    const state = { rule, fitted: 0, struck: 0 };
    this.#rules.push(state);
    return {
      get struck() {
        return state.struck;
      },
      end: () => {
        this.#rules = this.#rules.filter((other) => other !== state);
      },
    };
  }

  clear(): void {
    this.#rules = [];
  }

  faultFor(request: S3Request): Fault | undefined {
    for (const state of this.#rules) {
      const { rule } = state;
      if (!fits(rule, request)) continue;
      state.fitted += 1;
      if (state.fitted < (rule.from ?? 1) || state.struck >= (rule.times ?? Number.POSITIVE_INFINITY))
        continue;
      if (rule.probability !== undefined && this.#random() >= rule.probability) continue;
      state.struck += 1;
      return rule.fault;
    }
    return undefined;
  }
}

function fits(rule: Rule, request: S3Request): boolean {
  return (
    (rule.kinds === undefined || rule.kinds.includes(request.kind)) &&
    (rule.method === undefined || rule.method === request.method) &&
    (rule.bucket === undefined || rule.bucket === request.bucket) &&
    (rule.key === undefined || (request.key !== undefined && rule.key.test(request.key))) &&
    (rule.query === undefined || request.query.has(rule.query))
  );
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
