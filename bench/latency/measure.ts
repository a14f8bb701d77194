import { setTimeout as sleep } from 'node:timers/promises';

/** One place to put pictures into, and to look for results. */
export interface Way {
  /** Uploads a picture; resolves when the store has it. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Is the result there? */
  hasResult(name: string): Promise<boolean>;
}

export interface LatencyOptions {
  readonly uploads: number;
  /** Milliseconds between two looks for the result: the error of a measurement is at most that and one look. */
  readonly look: number;
  /** Milliseconds over which the pauses between two uploads are spread: the worker's poll interval. */
  readonly spread: number;
  /** Milliseconds that a result may take before the bench gives up. */
  readonly limit: number;
}

/** Fractional part of the golden ratio: its multiples, modulo 1, fill the unit interval evenly in every prefix. */
const golden = 0.618_033_988_749_895;

/** The share of the poll interval, 0 to 1, to wait before the upload of that number. */
export function phaseOf(upload: number): number {
  return (upload * golden) % 1;
}

/**
 * Uploads pictures one at a time and measures until each result is there. An upload right after a result would
 * always meet the worker in the same moment of its poll, the worst one; so the uploads wait for all parts of the
 * interval alike.
 * @returns milliseconds from the end of each upload
 */
export async function measureLatency(
  way: Way,
  pictures: readonly Uint8Array[],
  options: LatencyOptions,
  stopped: Promise<never>,
): Promise<number[]> {
  const measured: number[] = [];
  for (const [at, bytes] of pictures.entries()) {
    const name = `upload-${String(at).padStart(4, '0')}.jpg`;
    // The first one finds out whether the worker is ready, and warms everything up.
    if (at > 0) await sleep(options.spread * phaseOf(at));
    await way.put(name, bytes);
    const uploaded = performance.now();
    await Promise.race([untilThere(way, name, uploaded, options), stopped]);
    if (at > 0) measured.push(performance.now() - uploaded);
  }
  return measured;
}

async function untilThere(way: Way, name: string, uploaded: number, options: LatencyOptions): Promise<void> {
  while (!(await way.hasResult(name))) {
    if (performance.now() - uploaded > options.limit) {
      throw new Error(`no result of ${name} after ${Math.round(options.limit / 1000)} s`);
    }
    await sleep(options.look);
  }
}
