import { KuvaError } from '../../src/image/failure.ts';
import type { Attempt } from '../../src/ledger/contract/attempt.ts';

/** One request to an in-memory server. */
export interface Call {
  /** Who is asked and for what, e.g. `input.get`, `ledger.commit`. */
  readonly name: string;
  /** What it is about, for a person who reads a history. */
  readonly about?: string;
  readonly signal?: AbortSignal | undefined;
  /** The attempt in whose name it is asked. */
  readonly attempt?: Attempt;
}

/**
 * The way from a client to an in-memory server and back. `effect` is what the server does, in one step that nothing
 * else comes between. A simulation decides when that happens, whether the answer arrives, and in which order.
 */
export type Wire = <T>(call: Call, effect: () => T) => Promise<T>;

/** Nothing ever goes wrong here. */
export const directly: Wire = (call, effect) =>
  new Promise((resolve) => {
    if (call.signal?.aborted === true) throw interrupted(call);
    resolve(effect());
  });

export function interrupted({ name }: Call): KuvaError {
  return new KuvaError('interrupted', { what: `${name} was broken off` });
}
