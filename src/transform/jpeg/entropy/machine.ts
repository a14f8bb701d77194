/** The WebAssembly module that reads entropy-coded data, and its memory. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Pages of 64 KiB; what is kept between two pictures. A larger memory is given back with its instance. */
const keptPages = 512;
const pageSize = 65_536;

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** As much of WebAssembly's JavaScript interface as is used here: Node 20's types do not have it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  readonly Memory: new (descriptor: { initial: number }) => Memory;
  readonly Global: new (descriptor: { value: 'i32' }, value: number) => { readonly value: unknown };
};

const call = z.custom<(...values: number[]) => number>((value) => typeof value === 'function');
const place = z.instanceof(WebAssembly.Global);
const exportsSchema = z.object({
  memory: z.instanceof(WebAssembly.Memory),
  free: place,
  consumed: place,
  written: place,
  buildTable: call,
  negateSequential: call,
  dcScan: call,
  negateValues: call,
  negateAc: call,
  readerAt: call,
  writerAt: call,
});

type Entropy = z.infer<typeof exportsSchema>;

let compiled: object | undefined;
let instance: Entropy | undefined;

/** Loads the module; later calls do nothing. @throws Error when it is not there: kuva is not installed as it should be */
export function prepareEntropy(): object {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('entropy.wasm', import.meta.url)));
  return compiled;
}

function freshInstance(): Entropy {
  return exportsSchema.parse(new WebAssembly.Instance(prepareEntropy(), {}).exports);
}

/**
 * The module with its memory given out piece by piece, for one picture; not for two at the same time.
 */
export class Machine {
  readonly entropy: Entropy;
  #next: number;

  constructor() {
    if (instance !== undefined && instance.memory.buffer.byteLength > keptPages * pageSize)
      instance = undefined;
    instance ??= freshInstance();
    this.entropy = instance;
    this.#next = z.number().parse(instance.free.value);
  }

  /** So many bytes, aligned to 8. What was there is there still, unless `zeroed`. */
  reserve(bytes: number, zeroed = false): number {
    const at = this.#next;
    this.#next = (at + bytes + 15) & ~7;
    const missing = this.#next - this.entropy.memory.buffer.byteLength;
    if (missing > 0) this.entropy.memory.grow(Math.ceil(missing / pageSize));
    if (zeroed) this.bytes.fill(0, at, this.#next);
    return at;
  }

  /** The memory as it is now: a later `reserve` may move it. */
  get bytes(): Buffer {
    return Buffer.from(this.entropy.memory.buffer);
  }

  numbers(at: number, values: readonly number[]): void {
    new Int32Array(this.entropy.memory.buffer, at, values.length).set(values);
  }

  place(name: 'consumed' | 'written'): number {
    return z.number().parse(this.entropy[name].value);
  }
}
