import { Readable } from 'node:stream';
import { KuvaError } from '../../src/image/failure.ts';
import type { Clock } from '../../src/pipeline/clock.ts';
import { type Call, interrupted, type Wire } from '../memory/wire.ts';
import type { Fault } from './plan.ts';
import type { World } from './world.ts';

/** What stands between a process and the servers: it may hold requests up, and decides what becomes of them. */
export interface Between {
  /** When a request has arrived, before anything is done. May end the process. */
  readonly arrives: (process: Process, call: Call) => Fault | undefined;
  /** What the server does; the simulation's rules look at what came of it. */
  readonly takesEffect: <T>(process: Process, call: Call, effect: () => T) => T;
  /** When it was done, before the answer is sent. May end the process. */
  readonly wasDone: (process: Process, call: Call) => Fault | undefined;
}

/** Milliseconds since 1970, when every history begins: in the middle of a second. */
const beginning = Date.UTC(2026, 0, 2) + 437;

/**
 * One process of the real code, as the world sees it: its requests travel, its pauses end, and when it was killed
 * nothing that it waits for ever comes.
 */
export class Process {
  readonly name: string;
  /** Aborted: told to end in order, or at once. */
  readonly stop = new AbortController();
  readonly stopNow = new AbortController();
  readonly #world: World;
  readonly #between: Between;
  readonly #skew: number;
  #alive = true;
  #lands = false;
  #frozenUntil = 0;
  #calls = 0;

  constructor(name: string, world: World, between: Between, skew = 0) {
    this.name = name;
    this.#world = world;
    this.#between = between;
    this.#skew = skew;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** @param lands requests that are on their way arrive and take effect */
  kill(lands: boolean): void {
    this.#alive = false;
    this.#lands = lands;
  }

  freeze(milliseconds: number): void {
    this.#frozenUntil = Math.max(this.#frozenUntil, this.#world.now + milliseconds);
  }

  /** Something comes to this process: when it is awake, and if it lives. */
  comes(milliseconds: number, run: () => void): void {
    this.#world.after(milliseconds, () => {
      if (!this.#alive) return;
      const asleep = this.#frozenUntil - this.#world.now;
      if (asleep > 0) this.comes(asleep, run);
      else run();
    });
  }

  readonly clock: Clock = {
    now: () => beginning + this.#world.now + this.#skew,
    monotonic: () => this.#world.now,
    random: () => this.#world.chance('random', this.name, ++this.#calls),
    pause: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        const end = (): void => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        };
        const onAbort = (): void => {
          this.comes(0, end);
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        this.comes(milliseconds, end);
      }),
  };

  readonly wire: Wire = <T>(call: Call, effect: () => T) =>
    new Promise<T>((resolve, reject) => {
      if (call.signal?.aborted === true) {
        reject(interrupted(call));
        return;
      }
      const number = ++this.#calls;
      const onAbort = (): void => {
        this.comes(0, () => {
          reject(interrupted(call));
        });
      };
      call.signal?.addEventListener('abort', onAbort, { once: true });
      const answer = (fault: Fault | undefined, settle: () => void): void => {
        const late = fault === 'slow' ? 500 + this.#world.chance('slow', this.name, number) * 4_500 : 0;
        this.comes(this.#travel(number, 'answer') + late, () => {
          call.signal?.removeEventListener('abort', onAbort);
          settle();
        });
      };
      this.#world.after(this.#travel(number, 'request'), () => {
        if (!this.#alive && !this.#lands) return;
        const fault = this.#between.arrives(this, call);
        // Killed as it arrived.
        if (!this.#alive && !this.#lands) return;
        if (fault === 'refused' || fault === 'makes-no-sense') {
          answer(fault, () => {
            reject(failureOf(call, fault));
          });
          return;
        }
        try {
          const result = this.#between.takesEffect(this, call, effect);
          const after = this.#between.wasDone(this, call) ?? fault;
          answer(after, () => {
            if (after !== undefined && after !== 'slow' && after !== 'cut-short')
              reject(failureOf(call, after));
            else {
              if (after === 'cut-short') breakOff(result, failureOf(call, after));
              resolve(result);
            }
          });
        } catch (thrown) {
          const after = this.#between.wasDone(this, call);
          answer(after, () => {
            reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
          });
        }
      });
    });

  /** Milliseconds: mostly some, now and then many. */
  #travel(number: number, what: string): number {
    const chance = this.#world.chance(what, this.name, number);
    return chance < 0.9 ? chance * 10 : (chance - 0.9) * 4_000;
  }
}

function failureOf({ name }: Call, fault: Fault): KuvaError {
  const ofDatabase = name.startsWith('ledger') || name.startsWith('queue');
  if (fault === 'makes-no-sense') {
    return new KuvaError(ofDatabase ? 'database-failed' : 'store-protocol', {
      what: `${name} makes no sense`,
    });
  }
  return new KuvaError(ofDatabase ? 'database-unreachable' : 'store-unreachable', {
    what: `${name}: ${fault}`,
  });
}

function breakOff(result: unknown, failure: KuvaError): void {
  if (typeof result !== 'object' || result === null || !('body' in result)) return;
  if (result.body instanceof Readable) result.body.destroy(failure);
}
