/** Pixels that look like a photograph to a codec: smooth gradients, round shapes, noise. The same seed gives the same pixels. */

export interface Pixels {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  /** Bits a channel: 16-bit samples are in the machine's byte order, as sharp takes them. */
  readonly depth: 8 | 16;
}

export interface PixelOptions {
  readonly width?: number;
  readonly height?: number;
  readonly channels?: 1 | 2 | 3 | 4;
  readonly depth?: 8 | 16;
  /** Any whole number. */
  readonly seed?: number;
  /** Strength of the noise, 0 to 1; as it is, JPEGs of quality 85 get as large as a camera’s. */
  readonly noise?: number;
}

/** A small generator of even noise (mulberry32): fast, and the same on every machine. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Channels 2 and 4 end in transparency, which has clear, half clear and opaque regions. */
export function makePixels(options: PixelOptions = {}): Pixels {
  const { width = 96, height = 64, channels = 3, depth = 8, seed = 1, noise = 0.18 } = options;
  const random = generator(seed);
  const phase = Array.from({ length: 4 }, () => random() * 6);
  const max = 2 ** depth - 1;
  const data = Buffer.alloc(width * height * channels * (depth / 8));
  const alphaChannel = channels % 2 === 0 ? channels - 1 : -1;
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < channels; channel++) {
        const value =
          channel === alphaChannel
            ? alphaAt(x / width)
            : toneAt(x / width, y / height, phase[channel] ?? 0) + (random() - 0.5) * noise;
        const sample = Math.round(Math.min(1, Math.max(0, value)) * max);
        if (depth === 8) data[at] = sample;
        else data.writeUInt16LE(sample, at);
        at += depth / 8;
      }
    }
  }
  return { data, width, height, channels, depth };
}

function toneAt(x: number, y: number, phase: number): number {
  const wave = 0.5 + 0.25 * Math.sin(phase + 7 * x) + 0.2 * Math.cos(2 * phase + 5 * y);
  const round = Math.hypot(x - 0.4, y - 0.55) < 0.22 ? 0.2 : 0;
  return wave * 0.8 + round + 0.1 * x;
}

function alphaAt(x: number): number {
  if (x < 0.2) return 0;
  return x < 0.5 ? 0.5 : 1;
}
