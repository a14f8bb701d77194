import type { ObjectKey } from '../image/key.ts';
import type { SeenObject } from '../ledger/contract/attempt.ts';
import type { Clock } from './clock.ts';

/**
 * Part of the whole quiet time that is enough for a file that was never seen to change: a copy takes one breath. Not where
 * somebody has asked for a longer time than this (milliseconds): slow writers are known there.
 */
const shortShare = 1 / 6;
const longestShared = 250;

/** Milliseconds for which it is remembered that a file was taken young, and how many such are. */
const memory = 10_000;
const mostRemembered = 10_000;

interface Waiting {
  readonly etag: string;
  /** When it was first seen like this. */
  readonly since: number;
  /** When it will be settled if nothing happens. */
  readonly due: number;
  /** It was seen to change: someone writes it bit by bit. */
  readonly changed: boolean;
  readonly pass: number;
}

/**
 * Tells files that are finished from files that someone is still writing: a file is settled when it was last
 * written at least `quiet` milliseconds ago, or, where the clocks of writer and reader disagree, when it has
 * looked the same for that long. A sixth of that is enough for one that was never seen to change: most are written in
 * one go, and before an input is removed the whole time is waited for (see `removeInput` in `processImage.ts`).
 */
export class Settling {
  readonly #quiet: number;
  readonly #short: number;
  readonly #clock: Clock;
  readonly #waiting = new Map<ObjectKey, Waiting>();
  /** Files that were taken before the whole time was over: should they change, they were taken too soon. */
  readonly #takenYoung = new Map<ObjectKey, { readonly etag: string; readonly at: number }>();
  #pass = 0;

  constructor(quiet: number, clock: Clock) {
    this.#quiet = quiet;
    this.#short = quiet > longestShared ? quiet : quiet * shortShare;
    this.#clock = clock;
  }

  isSettled(object: SeenObject): boolean {
    const { key, etag } = object;
    const now = this.#clock.monotonic();
    const age = this.#clock.now() - object.lastModified.getTime();
    const known = this.#waiting.get(key);
    const since = known?.etag === etag ? known.since : now;
    const changed = this.#hasChanged(object, known);
    const wanted = changed || object.size === 0 ? this.#quiet : this.#short;
    const left = Math.min(wanted - age, wanted - (now - since));
    if (left <= 0) {
      this.#waiting.delete(key);
      if (age < this.#quiet) this.#remember(key, etag, now);
      return true;
    }
    this.#waiting.set(key, { etag, since, due: now + left, changed, pass: this.#pass });
    return false;
  }

  /** Keys that are waited for. */
  keys(): ObjectKey[] {
    return [...this.#waiting.keys()];
  }

  /** Milliseconds until the next of them may be settled; undefined when there is none. */
  nextIn(): number | undefined {
    if (this.#waiting.size === 0) return undefined;
    const dues = [...this.#waiting.values()].map(({ due }) => due);
    return Math.max(1, Math.ceil(Math.min(...dues) - this.#clock.monotonic()));
  }

  beginPass(): void {
    this.#pass++;
  }

  /** Forgets files that a whole pass has not shown any more. */
  endPass(): void {
    for (const [key, { pass }] of this.#waiting) {
      if (pass !== this.#pass) this.#waiting.delete(key);
    }
  }

  forget(key: ObjectKey): void {
    this.#waiting.delete(key);
  }

  #hasChanged({ key, etag }: SeenObject, known: Waiting | undefined): boolean {
    if (known !== undefined && (known.changed || known.etag !== etag)) return true;
    const taken = this.#takenYoung.get(key);
    return taken !== undefined && taken.etag !== etag && this.#clock.monotonic() - taken.at < memory;
  }

  #remember(key: ObjectKey, etag: string, now: number): void {
    this.#takenYoung.delete(key);
    this.#takenYoung.set(key, { etag, at: now });
    for (const [old, { at }] of this.#takenYoung) {
      if (this.#takenYoung.size <= mostRemembered && now - at < memory) return;
      this.#takenYoung.delete(old);
    }
  }
}
