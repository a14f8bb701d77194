/**
 * How messages cross between the worker and a decoder's process: four bytes with the length of the head, the head as
 * JSON, then the blobs that it announces, as they are. Neither side copies a blob to send it, and each is received into
 * a buffer of its exact size (decision 0025 has it measured against Node's own `fork` channel).
 */

/** One message. What it says has still to be parsed by whoever knows what may come. */
export interface Frame {
  readonly body: unknown;
  readonly blobs: readonly Buffer[];
}

/** More than any recipe or any error's text has. */
const maxHead = 4_000_000;

/** The other side does not speak the protocol. */
export class FrameFault extends Error {}

/** The pieces to write, in order. */
export function framePieces(body: unknown, blobs: readonly Uint8Array[] = []): Uint8Array[] {
  const head = Buffer.from(JSON.stringify({ body, blobs: blobs.map(({ length }) => length) }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return [Buffer.concat([length, head]), ...blobs];
}

/** Puts frames together again from whatever pieces arrive. */
export class FrameReader {
  /** Bytes of blobs that the next frame may announce at most; a larger one is a fault, and nothing is allocated for it. */
  maxBlobs: number;
  readonly #onFrame: (frame: Frame) => void;
  #part: Buffer = Buffer.alloc(4);
  #filled = 0;
  #stage: 'length' | 'head' | 'blobs' = 'length';
  #body: unknown;
  #sizes: readonly number[] = [];
  #blobs: Buffer[] = [];

  constructor(onFrame: (frame: Frame) => void, maxBlobs = Number.POSITIVE_INFINITY) {
    this.#onFrame = onFrame;
    this.maxBlobs = maxBlobs;
  }

  /** @throws FrameFault */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      const taken = Math.min(this.#part.length - this.#filled, chunk.length - at);
      this.#part.set(chunk.subarray(at, at + taken), this.#filled);
      this.#filled += taken;
      at += taken;
      if (this.#filled === this.#part.length) this.#finishPart();
    }
  }

  #finishPart(): void {
    switch (this.#stage) {
      case 'length': {
        const length = this.#part.readUInt32LE();
        if (length === 0 || length > maxHead) throw new FrameFault(`a head of ${length} bytes`);
        this.#expect('head', length);
        return;
      }
      case 'head': {
        const { body, sizes } = readHead(this.#part);
        const total = sizes.reduce((sum, size) => sum + size, 0);
        if (total > this.maxBlobs)
          throw new FrameFault(`${total} bytes, where at most ${this.maxBlobs} can come`);
        this.#body = body;
        this.#sizes = sizes;
        this.#blobs = [];
        break;
      }
      case 'blobs':
        this.#blobs.push(this.#part);
        break;
    }
    this.#nextBlob();
  }

  #nextBlob(): void {
    for (let size = this.#sizes[this.#blobs.length]; size !== undefined; ) {
      if (size > 0) {
        this.#expect('blobs', size);
        return;
      }
      this.#blobs.push(Buffer.alloc(0));
      size = this.#sizes[this.#blobs.length];
    }
    const frame = { body: this.#body, blobs: this.#blobs };
    this.#blobs = [];
    this.#body = undefined;
    this.#expect('length', 4);
    this.#onFrame(frame);
  }

  #expect(stage: 'length' | 'head' | 'blobs', length: number): void {
    this.#stage = stage;
    // Not from the shared pool: a blob may live long, or be large.
    this.#part = stage === 'blobs' ? Buffer.allocUnsafeSlow(length) : Buffer.alloc(length);
    this.#filled = 0;
  }
}

function readHead(bytes: Buffer): { body: unknown; sizes: number[] } {
  let head: unknown;
  try {
    head = JSON.parse(bytes.toString('utf8'));
  } catch (thrown) {
    throw new FrameFault('a head that is no JSON', { cause: thrown });
  }
  if (typeof head !== 'object' || head === null || !('blobs' in head) || !Array.isArray(head.blobs)) {
    throw new FrameFault('a head that names no blobs');
  }
  const sizes: number[] = [];
  for (const size of head.blobs) {
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
      throw new FrameFault('a blob of no size');
    sizes.push(size);
  }
  return { body: 'body' in head ? head.body : undefined, sizes };
}
