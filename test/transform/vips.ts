/** The system's own libvips, another build than sharp's, to compare samples with that sharp cannot hand out. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether this machine has it. With KUVA_TEST_REQUIRE=all its absence is an error. */
export const hasVips = find();

function find(): boolean {
  try {
    execFileSync('vips', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    // Not there.
  }
  if (process.env['KUVA_TEST_REQUIRE'] === 'all')
    throw new Error('KUVA_TEST_REQUIRE=all, but there is no vips (Debian: apt install libvips-tools)');
  console.warn(
    'Skipped: comparisons with vips, which is not on this machine (Debian: apt install libvips-tools)',
  );
  return false;
}

/** Samples as the system's libvips has them. */
export interface VipsImage {
  readonly width: number;
  readonly height: number;
  readonly bands: 1 | 3;
  /** libvips' name of their type. */
  readonly format: (typeof bandFormats)[number];
  readonly data: Buffer;
}

/** Works in a folder of its own, which is removed. */
function within<T>(work: (file: (name: string) => string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'kuva-test-vips-'));
  try {
    return work((name) => join(folder, name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const vips = (...args: readonly string[]): string =>
  execFileSync('vips', [...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

/** By their numbers in libvips' enum VipsBandFormat. */
const bandFormats = [
  'uchar',
  'char',
  'ushort',
  'short',
  'uint',
  'int',
  'float',
  'complex',
  'double',
] as const;

/** libvips' own format: 64 bytes, and the samples (vips(5)). */
const head = 64;

/** VIPS_INTERPRETATION_B_W and VIPS_INTERPRETATION_sRGB. */
const interpretations = { 1: 1, 3: 22 } as const;

/** @param settings of its TIFF saver, e.g. `compression=lzw,predictor=float` */
export function vipsTiff({ width, height, bands, format, data }: VipsImage, settings = ''): Buffer {
  return within((file) => {
    const header = Buffer.alloc(head);
    header.writeUInt32BE(0xb6a6_f208, 0);
    for (const [at, value] of [
      [4, width],
      [8, height],
      [12, bands],
      [20, bandFormats.indexOf(format)],
      [28, interpretations[bands]],
    ] as const)
      header.writeInt32LE(value, at);
    header.writeFloatLE(1, 32);
    header.writeFloatLE(1, 36);
    writeFileSync(file('in.v'), Buffer.concat([header, data]));
    vips('copy', file('in.v'), `${file('out.tif')}[${settings}]`);
    return readFileSync(file('out.tif'));
  });
}

/** Reads a TIFF, and runs an operation on it. @param operation e.g. `['rot', 'd90']` */
export function vipsSamples(tiff: Uint8Array, [name = 'copy', ...args]: readonly string[] = []): VipsImage {
  return within((file) => {
    writeFileSync(file('in.tif'), tiff);
    vips(name, file('in.tif'), file('out.v'), ...args);
    const made = readFileSync(file('out.v'));
    const [width, height, bands] = [4, 8, 12].map((at) => made.readInt32LE(at));
    const format = bandFormats[made.readInt32LE(20)];
    if (width === undefined || height === undefined || (bands !== 1 && bands !== 3) || format === undefined)
      throw new Error('libvips made what is not known here');
    const size = { uchar: 1, char: 1, ushort: 2, short: 2, uint: 4, int: 4, float: 4, complex: 8, double: 8 }[
      format
    ];
    // Behind the samples is what it knows of the file.
    return { width, height, bands, format, data: made.subarray(head, head + width * height * bands * size) };
  });
}
