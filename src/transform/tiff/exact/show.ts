import { halves } from '../../foreign/light.ts';
import { readTiff } from '../read.ts';
import { exactPages, isLab } from './layout.ts';
import { readRaster } from './raster.ts';
import { writeRaster } from './write.ts';

/**
 * The first page as a TIFF of 8 bits, for people to look at: its least value becomes black and its largest white. L*a*b* is
 * left to libvips.
 * @throws KuvaError `image-damaged`, `format-unsupported`
 */
export function shownPage(bytes: Buffer): Buffer {
  const file = readTiff(bytes);
  const [page] = exactPages(file);
  if (page === undefined || isLab(page.photometric)) return bytes;
  const { channels, alpha, photometric, orientation } = page;
  const { width, height, data } = readRaster(file, page);
  const colours = alpha === 'none' ? channels : channels - 1;
  const count = width * height * channels;
  const value = reader(data, page.kind, page.bytes);
  const [darkest, brightest] = rangeOf(value, count, channels, colours);
  const scale = 255 / (brightest - darkest || 1);
  const shown = Buffer.alloc(count);
  for (let at = 0; at < count; at++) {
    const level = (value(at) - darkest) * scale;
    // What is no number is black, and infinity white.
    shown[at] = at % channels >= colours ? 255 : Math.min(255, Math.max(0, Math.round(level) || 0));
  }
  return writeRaster(
    { width, height, data: shown },
    { kind: 'uint', bytes: 1, photometric, channels, alpha, orientation },
    { packing: 'none', predictor: 1, tile: undefined, planes: false },
  );
}

type Value = (at: number) => number;

function reader(data: Buffer, kind: 'uint' | 'int' | 'float', bytes: 1 | 2 | 4 | 8): Value {
  if (kind === 'float') {
    if (bytes === 8) return (at) => data.readDoubleLE(at * 8);
    return bytes === 4 ? (at) => data.readFloatLE(at * 4) : (at) => halves[data.readUInt16LE(at * 2)] ?? 0;
  }
  if (bytes === 8)
    return kind === 'int'
      ? (at) => Number(data.readBigInt64LE(at * 8))
      : (at) => Number(data.readBigUInt64LE(at * 8));
  return kind === 'int'
    ? (at) => data.readIntLE(at * bytes, bytes)
    : (at) => data.readUIntLE(at * bytes, bytes);
}

/** Of the colours, as far as they are finite. */
function rangeOf(value: Value, count: number, channels: number, colours: number): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = 0; at < count; at++) {
    if (at % channels >= colours) continue;
    const one = value(at);
    if (!Number.isFinite(one)) continue;
    if (one < least) least = one;
    if (one > most) most = one;
  }
  return least > most ? [0, 1] : [least, most];
}
