/** Keeps track of what the scans of a progressive file have told so far (ITU-T T.81, G.1.1.1). */
import type { FrameComponent, ScanHeader } from './frame.ts';
import { Unable } from './unable.ts';

const outOfOrder = 'its scans come in an unusual order';

export class Progression {
  /** The lowest bit known, by coefficient; undefined: nothing yet. */
  readonly #known = new Map<FrameComponent, (number | undefined)[]>();

  /** @throws Unable when the scan does not go on where the earlier ones ended */
  add({ components, start, stop, high, low }: ScanHeader): void {
    const dc = start === 0;
    if (stop > 63 || stop < start || (dc && stop !== 0) || (!dc && components.length !== 1) || low > 13) {
      throw new Unable('a scan has an unusual range');
    }
    for (const { component } of components) {
      if (!dc && this.#known.get(component)?.[0] === undefined) throw new Unable(outOfOrder);
      const known = this.#known.get(component) ?? new Array<number | undefined>(64).fill(undefined);
      this.#known.set(component, known);
      for (let k = start; k <= stop; k++) {
        const expected = high === 0 ? undefined : high;
        if (known[k] !== expected || (high !== 0 && low !== high - 1)) throw new Unable(outOfOrder);
        known[k] = low;
      }
    }
  }

  /** @throws Unable when low bits never came: the picture ends early */
  finish(components: readonly FrameComponent[]): void {
    for (const component of components) {
      const known = this.#known.get(component);
      if (known?.every((low) => low === 0) !== true) throw new Unable('scans are missing');
    }
  }
}
