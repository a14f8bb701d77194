/** Negates the scans of one picture, in the order in which they come. */
import type { FrameComponent, FrameHeader, ScanHeader } from './frame.ts';
import { Machine } from './machine.ts';
import { Progression } from './progression.ts';
import { checkStatus } from './status.ts';
import { chooseTables, loadTable, tableOf, type Tables } from './tables.ts';
import { Unable } from './unable.ts';

export interface Scan {
  readonly header: ScanHeader;
  /** Offset of its entropy-coded data in the file. */
  readonly at: number;
  /** The tables in force, by kind and number. */
  readonly tables: Tables;
  /** MCUs between restart markers; 0 for none. */
  readonly interval: number;
}

export interface NegatedScan {
  /** Offset in the file behind its data. */
  readonly end: number;
  /** The new data; those of DC scans of progressive files are known only when all scans were read. */
  data(): Buffer;
}

/** What a progressive file has told so far about one component, in the machine's memory. */
interface Planes {
  /** DC values, i16 a block. */
  readonly values: number;
  /** Coefficients that are not zero, a bit each, 64 bits a block. */
  readonly known: number;
}

/** New data may be longer: other bytes need stuffing. Seen: less than a thousandth. */
const room = (bytes: number): number => Math.ceil(bytes * 1.1) + 65_536;

/** Bytes that are read behind the end before that is noticed: less than a block of 64 coefficients of 31 bits each. */
const overshoot = 1024;

const statsBytes = 64;

export class Scans {
  readonly #machine = new Machine();
  readonly #frame: FrameHeader;
  readonly #shifts: ReadonlyMap<FrameComponent, number>;
  readonly #file: number;
  readonly #fileEnd: number;
  /** A scan's parameters, and a table's definition. */
  readonly #parameters: number;
  readonly #stats: number;
  /** New data of sequential and AC scans, one behind the other. */
  #out: number;
  readonly #outEnd: number;
  readonly #planes = new Map<FrameComponent, Planes>();
  readonly #progression = new Progression();
  readonly #seen = new Set<FrameComponent>();
  readonly #dcScans: Scan[] = [];
  #finished = false;

  constructor(bytes: Buffer, frame: FrameHeader, shifts: ReadonlyMap<FrameComponent, number>) {
    this.#frame = frame;
    this.#shifts = shifts;
    const machine = this.#machine;
    this.#parameters = machine.reserve(1024);
    this.#stats = machine.reserve(8 * statsBytes);
    if (frame.progressive) {
      for (const component of frame.components) {
        const blocks = component.stride * component.rows;
        this.#planes.set(component, {
          values: machine.reserve(2 * blocks, true),
          known: machine.reserve(8 * blocks, true),
        });
      }
    }
    this.#file = machine.reserve(bytes.length + overshoot);
    this.#fileEnd = this.#file + bytes.length;
    this.#out = machine.reserve(room(bytes.length));
    this.#outEnd = this.#out + room(bytes.length);
    bytes.copy(machine.bytes, this.#file);
    machine.bytes.fill(0, this.#fileEnd, this.#fileEnd + overshoot);
  }

  /** @throws Unable */
  add(scan: Scan): NegatedScan {
    if (!this.#frame.progressive) return this.#sequential(scan);
    this.#progression.add(scan.header);
    return scan.header.start === 0 ? this.#readDc(scan) : this.#ac(scan);
  }

  /** All scans are there: the DC scans' data can be made. @throws Unable when some are missing */
  finish(): void {
    const { components, progressive } = this.#frame;
    if (!progressive) {
      if (this.#seen.size !== components.length) throw new Unable('scans are missing');
      return;
    }
    this.#progression.finish(components);
    for (const component of components) {
      const { values } = this.#planesOf(component);
      const shift = this.#shifts.get(component) ?? 0;
      this.#machine.entropy.negateValues(values, component.stride * component.rows, shift);
    }
    for (const scan of this.#dcScans) if (scan.header.high === 0) this.#dc(scan, 'count');
    chooseTables(this.#dcScans.filter(({ header }) => header.high === 0));
    this.#finished = true;
  }

  #sequential({ header, at, tables, interval }: Scan): NegatedScan {
    if (header.start !== 0 || header.stop !== 63 || header.high !== 0 || header.low !== 0) {
      throw new Unable('a sequential scan has an unusual range');
    }
    const alone = header.components.length === 1;
    const { entropy } = this.#machine;
    const values = header.components.flatMap(({ component, dc, ac }) => {
      if (this.#seen.has(component)) throw new Unable('a component comes in two scans');
      this.#seen.add(component);
      const blocks = alone ? 1 : component.horizontal * component.vertical;
      return [
        this.#load(tables, 'dc', dc),
        this.#load(tables, 'ac', ac),
        blocks,
        this.#shifts.get(component) ?? 0,
      ];
    });
    this.#machine.numbers(this.#parameters, values);
    const { mcus } = this.#extent(header);
    const from = this.#file + at;
    const start = this.#out;
    checkStatus(
      entropy.negateSequential(
        from,
        this.#fileEnd,
        start,
        this.#outEnd,
        this.#parameters,
        header.components.length,
        mcus,
        interval,
      ),
    );
    return this.#written(this.#machine.place('consumed'), this.#machine.place('written'));
  }

  #ac({ header, at, tables, interval }: Scan): NegatedScan {
    const [first] = header.components;
    if (first === undefined) throw new Unable('a scan without components');
    const { component } = first;
    const { entropy } = this.#machine;
    const slot = this.#load(tables, 'ac', first.ac);
    const blocks = component.across * component.down;
    checkStatus(
      entropy.negateAc(
        this.#file + at,
        this.#fileEnd,
        this.#out,
        this.#outEnd,
        slot,
        this.#planesOf(component).known,
        component.stride,
        component.across,
        blocks,
        interval,
        header.start,
        header.stop,
        header.high,
      ),
    );
    return this.#written(this.#machine.place('consumed'), this.#machine.place('written'));
  }

  #written(readTo: number, writtenTo: number): NegatedScan {
    const start = this.#out;
    this.#out = writtenTo;
    return { end: readTo - this.#file, data: () => this.#machine.bytes.subarray(start, writtenTo) };
  }

  #readDc(scan: Scan): NegatedScan {
    this.#dcScans.push(scan);
    this.#dc(scan, 'read');
    return {
      end: this.#machine.entropy.readerAt() - this.#file,
      data: () => {
        if (!this.#finished) throw new RangeError('asked before all scans were read');
        const start = this.#out;
        this.#dc(scan, 'write');
        this.#out = this.#machine.entropy.writerAt();
        return this.#machine.bytes.subarray(start, this.#out);
      },
    };
  }

  #dc({ header, at, tables, interval }: Scan, mode: 'read' | 'count' | 'write'): void {
    const alone = header.components.length === 1;
    const first = header.high === 0;
    this.#machine.bytes.fill(0, this.#stats, this.#stats + 4 * statsBytes);
    const values = header.components.flatMap(({ component, dc }, index) => {
      const slot = first ? this.#load(tables, 'dc', dc) : 0;
      const { horizontal, vertical, stride } = component;
      const sampling = alone ? [1, 1] : [horizontal, vertical];
      return [
        slot,
        ...sampling,
        this.#planesOf(component).values,
        stride,
        this.#stats + index * statsBytes,
        0,
      ];
    });
    this.#machine.numbers(this.#parameters, values);
    const { across, mcus } = this.#extent(header);
    const [from, until] = mode === 'write' ? [this.#out, this.#outEnd] : [this.#file + at, this.#fileEnd];
    const number = { read: 0, count: 1, write: 2 }[mode];
    checkStatus(
      this.#machine.entropy.dcScan(
        number,
        from,
        until,
        this.#parameters,
        header.components.length,
        across,
        mcus,
        interval,
        header.high,
        header.low,
      ),
    );
    if (first && mode !== 'write') this.#keepStats(header, tables, mode === 'read' ? 'before' : 'after');
  }

  #keepStats(header: ScanHeader, tables: Tables, which: 'before' | 'after'): void {
    header.components.forEach(({ dc }, index) => {
      const kept = tableOf(tables, 'dc', dc)[which];
      const counts = new Uint32Array(this.#machine.bytes.buffer, this.#stats + index * statsBytes, 16);
      counts.forEach((count, symbol) => {
        kept[symbol] = (kept[symbol] ?? 0) + count;
      });
    });
  }

  #extent({ components }: ScanHeader): { across: number; mcus: number } {
    const [first] = components;
    if (components.length === 1 && first !== undefined) {
      const { across, down } = first.component;
      return { across, mcus: across * down };
    }
    const { mcusAcross, mcusDown } = this.#frame;
    return { across: mcusAcross, mcus: mcusAcross * mcusDown };
  }

  /** @returns the place of the table in the machine */
  #load(tables: Tables, kind: 'dc' | 'ac', number: number): number {
    // Behind the parameters, which are written afterwards.
    return loadTable(this.#machine, this.#parameters + 512, tables, kind, number);
  }

  #planesOf(component: FrameComponent): Planes {
    const planes = this.#planes.get(component);
    if (planes === undefined) throw new RangeError('a component without memory');
    return planes;
  }
}
