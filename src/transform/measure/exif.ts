/** What a camera wrote: some fields of EXIF, by names of their own. Sources: Exif 2.32, sections 4.6.4 to 4.6.6. */
import type { Facts, Json } from '../../image/facts.ts';
import {
  readDirectory,
  readTiff,
  type TiffDirectory,
  type TiffFile,
  tagNumbers,
  uint,
} from '../tiff/read.ts';

const inMain = { make: 0x010f, model: 0x0110, software: 0x0131 } as const;
const inExif = { lens: 0xa434, taken: 0x9003 } as const;
const rationals = { exposure: 0x829a, aperture: 0x829d, focalLength: 0x920a } as const;

interface Blocks {
  readonly file: TiffFile;
  readonly main: TiffDirectory;
  readonly exif: TiffDirectory | undefined;
  readonly gps: TiffDirectory | undefined;
}

/** What is there of it; EXIF that cannot be read is none: the picture does not depend on it. */
function blocksOf(exif: Buffer | undefined): Blocks | undefined {
  if (exif === undefined) return undefined;
  // JPEG's six bytes in front.
  const bytes = exif.toString('latin1', 0, 6) === 'Exif\0\0' ? exif.subarray(6) : exif;
  try {
    const file = readTiff(bytes);
    const [main] = file.pages;
    if (main === undefined) return undefined;
    const below = (tag: number): TiffDirectory | undefined => {
      const [start] = tagNumbers(file, main, tag);
      return start === undefined ? undefined : readDirectory(file, start);
    };
    return { file, main, exif: below(0x8769), gps: below(0x8825) };
  } catch {
    return undefined;
  }
}

/** Exposure in seconds, focal length in millimetres, `taken` as ISO 8601 without a zone, which EXIF does not have. */
export function exifFacts(exif: Buffer | undefined): Facts {
  const blocks = blocksOf(exif);
  if (blocks === undefined) return {};
  const { file, main } = blocks;
  const facts: Record<string, Json | undefined> = {};
  for (const [name, tag] of Object.entries(inMain)) facts[name] = textOf(main, tag);
  facts['orientation'] = tagNumbers(file, main, 0x0112)[0];
  if (blocks.exif !== undefined) {
    for (const [name, tag] of Object.entries(inExif)) facts[name] = textOf(blocks.exif, tag);
    for (const [name, tag] of Object.entries(rationals)) facts[name] = rationalsOf(file, blocks.exif, tag)[0];
    facts['iso'] = tagNumbers(file, blocks.exif, 0x8827)[0];
  }
  const { taken } = facts;
  if (typeof taken === 'string') facts['taken'] = taken.replace(/^(\d{4}):(\d\d):(\d\d) /, '$1-$2-$3T');
  return known(facts);
}

/** Degrees, north and east positive; metres above the sea. */
export function gpsFacts(exif: Buffer | undefined): Facts {
  const blocks = blocksOf(exif);
  if (blocks?.gps === undefined) return {};
  const { file, gps } = blocks;
  const degrees = (value: number, side: number, negative: string): number | undefined => {
    const [whole, minutes = 0, seconds = 0] = rationalsOf(file, gps, value);
    if (whole === undefined) return undefined;
    const size = whole + minutes / 60 + seconds / 3600;
    return Number((textOf(gps, side) === negative ? -size : size).toFixed(7));
  };
  const [height] = rationalsOf(file, gps, 6);
  const below = gps.entries.get(5)?.value[0] === 1;
  return known({
    latitude: degrees(2, 1, 'S'),
    longitude: degrees(4, 3, 'W'),
    altitude: height === undefined ? undefined : below ? -height : height,
  });
}

function known(facts: Readonly<Record<string, Json | undefined>>): Facts {
  const found: Record<string, Json> = {};
  for (const [name, value] of Object.entries(facts)) if (value !== undefined) found[name] = value;
  return found;
}

function textOf(directory: TiffDirectory, tag: number): string | undefined {
  const value = directory.entries
    .get(tag)
    ?.value.toString('utf8')
    .replace(/\0[^]*$/, '')
    .trim();
  return value === undefined || value === '' ? undefined : value.slice(0, 500);
}

/** Fractions whose denominator is 0 are unknown. */
function rationalsOf({ little }: TiffFile, directory: TiffDirectory, tag: number): number[] {
  const entry = directory.entries.get(tag);
  if (entry?.type !== 5) return [];
  const values = Array.from(
    { length: Math.min(entry.count, 8) },
    (_, at) => uint(entry.value, at * 8, 4, little) / uint(entry.value, at * 8 + 4, 4, little),
  );
  return values.every(Number.isFinite) ? values : [];
}
