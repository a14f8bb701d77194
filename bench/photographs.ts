/** The bench's pictures are made of real photographs of a Debian package: what noise compresses to says little. */
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Fifteen photographs of the community, CC BY, CC BY-SA and CC0 (see the package's copyright file), 16 MB. */
const debianPackage = 'lomiri-wallpapers-16.04';

/** Those that fill 12 megapixels with detail: landscape, animals, buildings. */
const large = [
  'picosdeeuropa_by_Aitzol_Berasategi.jpg',
  'Dragonfly_by_Bolly.jpg',
  'life_by_Aitzol_Berasategi.jpg',
  'seeding_by_Clements_Engelhardt.jpg',
  'Bridge_by_Sander_Klootwijk.jpg',
  'aitzgorri_by_Aitzol_Berasategi.jpg',
  'sunset_by_Aitzol_Berasategi.jpg',
] as const;

/** The others are large enough for half a megapixel. */
const small = [
  'Picture_0B_by_freespace.jpg',
  'Picture_1A_by_freespace.jpg',
  'Wine_by_Jakkub_Mede.jpg',
  'analogpattern_by_Peter_Nerlich.jpg',
  'free_by_Peter_Nerlich.jpg',
  'friends_by_Aitzol_Berasategi.jpg',
  'greentock_by_Peter_Nerlich.jpg',
  'umang_by_Abhishek_Mudgal.jpg',
] as const;

export const howToGet = `apt install ${debianPackage}`;

/** Where photographs are, and what they are. */
export interface Photographs {
  /** Paths: `large` ones for a set of 12 megapixels; `all` for a small one. */
  readonly large: readonly string[];
  readonly all: readonly string[];
  /** The package and its version. */
  readonly source: string;
}

/** The photographs of this machine; undefined when the package is not installed. */
export async function findPhotographs(folder = '/usr/share/backgrounds'): Promise<Photographs | undefined> {
  const pathOf = (name: string): string => join(folder, name);
  const [larger, all] = [large.map(pathOf), [...large, ...small].map(pathOf)];
  try {
    await Promise.all(all.map((file) => access(file)));
    const { stdout } = await run('dpkg-query', ['-W', '-f', '${Version}', debianPackage]);
    return { large: larger, all, source: `photographs of Debian's ${debianPackage} ${stdout}` };
  } catch {
    return undefined;
  }
}

/** How a JPEG's coefficients are written. */
export type Way = 'standard' | 'optimised' | 'progressive';

export interface Shape {
  readonly width: number;
  readonly height: number;
  readonly quality: number;
}

/**
 * One JPEG for each way of `order`: the photographs in turn, each time another part of them, scaled to that size.
 * The same bytes for the same files and the same ImageMagick.
 */
export async function encodePhotographs(
  convert: string,
  files: readonly string[],
  shape: Shape,
  order: readonly Way[],
): Promise<Buffer[]> {
  const made: Buffer[] = [];
  for (const [at, way] of order.entries()) {
    const file = files[at % files.length];
    if (file === undefined) throw new RangeError('there is no photograph');
    const round = Math.floor(at / files.length);
    const { stdout } = await run(convert, convertArguments(file, shape, way, round), {
      encoding: 'buffer',
      maxBuffer: 100e6,
    });
    made.push(stdout);
  }
  return made;
}

/** @param round 0: the whole photograph; each further one a part that is a fifth smaller, from another corner */
export function convertArguments(
  file: string,
  { width, height, quality }: Shape,
  way: Way,
  round: number,
): string[] {
  const share = Math.max(20, Math.round(100 * 0.8 ** round));
  const corners = ['Center', 'NorthWest', 'SouthEast', 'NorthEast', 'SouthWest'] as const;
  const corner = corners[round % corners.length] ?? 'Center';
  return [
    `${file}[0]`,
    ...['-auto-orient', '-gravity', corner, '-crop', `${share}%x${share}%+0+0`, '+repage'],
    ...['-resize', `${width}x${height}^`, '-gravity', 'center', '-extent', `${width}x${height}`],
    ...['-strip', '-colorspace', 'sRGB', '-sampling-factor', '4:2:0', '-quality', String(quality)],
    ...['-interlace', way === 'progressive' ? 'JPEG' : 'None'],
    ...['-define', `jpeg:optimize-coding=${way === 'standard' ? 'false' : 'true'}`],
    'jpg:-',
  ];
}
