import type { FrameHeader, ScanHeader } from '../entropy/frame.ts';
import { Unable } from '../entropy/unable.ts';
import type { BitReader, CodeTable } from './bits.ts';
import { type Plane, zigzag } from './planes.ts';

/** One scan: figures F.13, F.14, G.3 and G.7 of T.81. */
export class Scan {
  readonly #bits: BitReader;
  readonly #frame: FrameHeader;
  readonly #planes: readonly Plane[];
  readonly #scan: ScanHeader;
  readonly #codes: ReadonlyMap<string, CodeTable>;
  readonly #interval: number;
  readonly #check: () => void;
  /** Blocks that fill up an MCU are read, and not kept. */
  readonly #spare = new Int16Array(64);
  #endOfBand = 0;

  constructor(
    bits: BitReader,
    frame: FrameHeader,
    planes: readonly Plane[],
    scan: ScanHeader,
    codes: ReadonlyMap<string, CodeTable>,
    interval: number,
    check: () => void,
  ) {
    this.#bits = bits;
    this.#frame = frame;
    this.#planes = planes;
    this.#scan = scan;
    this.#codes = codes;
    this.#interval = interval;
    this.#check = check;
    const { start, stop, high, low } = scan;
    const whole = !frame.progressive && start === 0 && stop === 63 && high === 0 && low === 0;
    const part =
      frame.progressive &&
      (start === 0 ? stop === 0 : start <= stop && stop <= 63 && scan.components.length === 1) &&
      (high === 0 || high === low + 1) &&
      low <= 13;
    if (!whole && !part) throw new Unable('its scans are unusual');
  }

  read(): void {
    const parts = this.#scan.components.map(({ component, dc, ac }) => ({
      component,
      plane: this.#planes[this.#frame.components.indexOf(component)],
      dc: this.#codes.get(`dc${dc}`),
      ac: this.#codes.get(`ac${ac}`),
      last: 0,
    }));
    const [only] = parts;
    const alone = parts.length === 1;
    const across = alone ? (only?.component.across ?? 0) : this.#frame.mcusAcross;
    const down = alone ? (only?.component.down ?? 0) : this.#frame.mcusDown;
    let count = 0;
    for (let row = 0; row < down; row++) {
      this.#check();
      for (let column = 0; column < across; column++) {
        if (this.#interval > 0 && count > 0 && count % this.#interval === 0) {
          this.#bits.restart(count / this.#interval - 1);
          for (const part of parts) part.last = 0;
          this.#endOfBand = 0;
        }
        count++;
        for (const part of parts) {
          const { plane, component } = part;
          if (plane === undefined) throw new Unable('a scan names a component that is not there');
          const [wide, tall] = alone ? [1, 1] : [component.horizontal, component.vertical];
          for (let y = 0; y < tall; y++) {
            for (let x = 0; x < wide; x++) {
              const [blockX, blockY] = [column * wide + x, row * tall + y];
              const kept = blockX < plane.across && blockY < plane.down;
              const at = kept ? (blockY * plane.across + blockX) * 64 : 0;
              part.last = this.#block(kept ? plane.data : this.#spare, at, part.dc, part.ac, part.last);
            }
          }
        }
      }
    }
    this.#bits.checkEnd();
  }

  /** @returns the DC coefficient that the next block's is coded against */
  #block(
    data: Int16Array,
    at: number,
    dc: CodeTable | undefined,
    ac: CodeTable | undefined,
    last: number,
  ): number {
    const { start, high, low } = this.#scan;
    let value = last;
    if (start === 0) {
      if (high > 0) data[at] = (data[at] ?? 0) | (this.#bits.take(1) << low);
      else {
        if (dc === undefined) throw new Unable('a Huffman table is missing');
        const length = this.#bits.symbol(dc);
        if (length > 11) throw new Unable('a coefficient is too large');
        value = last + this.#bits.signed(length);
        data[at] = value << low;
      }
    }
    if (this.#frame.progressive && start === 0) return value;
    if (ac === undefined) throw new Unable('a Huffman table is missing');
    if (high > 0) this.#refine(data, at, ac);
    else this.#first(data, at, ac);
    return value;
  }

  #first(data: Int16Array, at: number, ac: CodeTable): void {
    if (this.#endOfBand > 0) {
      this.#endOfBand--;
      return;
    }
    const bits = this.#bits;
    const { start, stop, low } = this.#scan;
    for (let k = Math.max(1, start); k <= stop; k++) {
      const symbol = bits.symbol(ac);
      const [run, length] = [symbol >> 4, symbol & 15];
      if (length === 0 && run < 15) {
        if (run > 0 && !this.#frame.progressive) throw new Unable('a code is none of its table');
        this.#endOfBand = (1 << run) - 1 + bits.take(run);
        return;
      }
      k += run;
      if (length === 0) continue;
      if (k > stop || length > 10) throw new Unable('a block has too many coefficients');
      data[at + (zigzag[k] ?? 0)] = bits.signed(length) * (1 << low);
    }
  }

  #refine(data: Int16Array, at: number, ac: CodeTable): void {
    const bits = this.#bits;
    const { start, stop, low } = this.#scan;
    const one = 1 << low;
    const correct = (place: number, value: number): void => {
      if (bits.take(1) === 1 && (Math.abs(value) & one) === 0) data[place] = value + (value > 0 ? one : -one);
    };
    let k = start;
    if (this.#endOfBand === 0) {
      for (; k <= stop; k++) {
        const symbol = bits.symbol(ac);
        let run = symbol >> 4;
        const length = symbol & 15;
        let fresh = 0;
        if (length === 0) {
          if (run < 15) {
            this.#endOfBand = (1 << run) + bits.take(run);
            break;
          }
        } else if (length === 1) fresh = bits.take(1) === 1 ? one : -one;
        else throw new Unable('a code is none of its table');
        for (; k <= stop; k++) {
          const place = at + (zigzag[k] ?? 0);
          const value = data[place] ?? 0;
          if (value !== 0) correct(place, value);
          else if (run-- === 0) {
            if (fresh !== 0) data[place] = fresh;
            break;
          }
        }
        if (k > stop && fresh !== 0) throw new Unable('a block has too many coefficients');
      }
    }
    if (this.#endOfBand > 0) {
      for (; k <= stop; k++) {
        const place = at + (zigzag[k] ?? 0);
        const value = data[place] ?? 0;
        if (value !== 0) correct(place, value);
      }
      this.#endOfBand--;
    }
  }
}
