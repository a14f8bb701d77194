/** Programs of the machine that read what kuva itself does not, and how each is called: what was tried, and nothing else. */
import type { ForeignName } from '../foreign/contract.ts';
import { type ReadingProgram, readingPrograms } from '../limits.ts';

/** Formats for which there is one. */
export const readFormats = ['heic', 'jp2', 'jxl'] as const satisfies readonly ForeignName[];
export type ReadFormat = (typeof readFormats)[number];

export function isReadFormat(format: ForeignName): format is ReadFormat {
  return readFormats.some((name) => name === format);
}

interface Reading {
  /** Its arguments, in a folder where the image is `in` and the PNG that it makes is to be `out.png`; the reader is always named. */
  readonly args: readonly string[];
  /** Where samples of fewer than 16 bits lie: at the upper end, at the lower, or stretched over all 16. */
  readonly samples: 'high' | 'low' | 'stretched';
}

interface ProgramKind {
  /** Names to look for, in their order. */
  readonly names: readonly string[];
  readonly versionArgs: readonly string[];
  /** What it says of itself, with the version; another program may have the same name. */
  readonly version: RegExp;
  /** Arguments with which it lists what it reads, and how each format shows there: builds differ. */
  readonly listArgs?: readonly string[];
  readonly formats: Readonly<Partial<Record<ReadFormat, Reading & { readonly listed?: RegExp }>>>;
  /** How a person gets it. */
  readonly package: string;
}

const vips = (loader: string): readonly string[] => [loader, 'in', 'out.png[compression=0]'];

/**
 * ImageMagick reads HEIC of more than 8 bits as well, and libvips 8.14 JPEG XL: neither gives every sample back (up to 7 and 0.1 parts of a
 * thousand off), so they are not asked for it.
 */
export const programTable: Readonly<Record<ReadingProgram, ProgramKind>> = {
  vips: {
    names: ['vips'],
    versionArgs: ['--version'],
    version: /^vips[- ](8\.\d+\.\d+)/m,
    listArgs: ['-l'],
    formats: {
      heic: { args: vips('heifload'), samples: 'high', listed: /\(heifload\)/ },
      jp2: { args: vips('jp2kload'), samples: 'high', listed: /\(jp2kload\)/ },
    },
    package: 'libvips-tools',
  },
  magick: {
    // `convert` may be another program: what it says of itself tells.
    names: ['magick', 'convert-im6.q16', 'convert'],
    versionArgs: ['-version'],
    version: /^Version: ImageMagick ([67]\.\S+) Q(?:16|32)/m,
    listArgs: ['-list', 'format'],
    formats: {
      jp2: {
        // The name in front of the colon: no other of its coders, and no delegate, is looked at.
        args: [
          'jp2:in',
          '-depth',
          '16',
          '-define',
          'png:bit-depth=16',
          '-define',
          'png:compression-level=1',
          'png:out.png',
        ],
        samples: 'stretched',
        listed: /^\s*JP2\*?\s+\S+\s+r/m,
      },
    },
    package: 'imagemagick',
  },
  gdal: {
    names: ['gdal_translate'],
    versionArgs: ['--version'],
    version: /^GDAL (\d+\.\d+\.\d+)/m,
    listArgs: ['--formats'],
    formats: {
      jp2: {
        args: ['-q', '-of', 'PNG', '-co', 'ZLEVEL=1', '-if', 'JP2OpenJPEG', 'in', 'out.png'],
        samples: 'low',
        listed: /\bJP2OpenJPEG\b/,
      },
    },
    package: 'gdal-bin',
  },
  djxl: {
    names: ['djxl'],
    versionArgs: ['--version'],
    version: /^djxl v?(\d+\.\d+\.\d+)/m,
    formats: { jxl: { args: ['in', 'out.png', '--bits_per_sample=16'], samples: 'stretched' } },
    package: 'libjxl-tools',
  },
};

/** Programs that read a format. */
export function programsFor(format: ForeignName): ReadingProgram[] {
  return readingPrograms.filter((program) => Object.hasOwn(programTable[program].formats, format));
}
