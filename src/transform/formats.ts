/** What is known of each format before any pixel is decoded. */
import type { ImageFormat } from '../image/format.ts';
import { readBoxes, refuseAvifSequence } from './avif/boxes.ts';
import { framePixels, readGifBlocks } from './gif/blocks.ts';
import { checkLzw } from './gif/lzw.ts';
import { readJpegHeader } from './jpeg/header.ts';
import { refuseSeveralPictures } from './jpeg/pictures.ts';
import { jpegSegments } from './jpeg/segments.ts';
import { isAnimatedPng, refuseAnimatedPng } from './png/animation.ts';
import { readPngChunks } from './png/chunks.ts';
import { readPngHeader } from './png/header.ts';
import { refuseExternalReferences } from './svg/references.ts';
import { checkTiffPixels, tiffPageSizes } from './tiff/pages.ts';
import { readTiff } from './tiff/read.ts';
import { readWebpChunks } from './webp/chunks.ts';
import type { ForeignName } from './foreign/contract.ts';
import { foreignReaders } from './foreign/table.ts';

export interface PageSize {
  readonly width: number;
  readonly height: number;
}

interface FormatReader {
  /**
   * The size of every page, from the header, by a reader of our own; undefined where libvips' reading of the header
   * tells. Refuses what would lose a part of the file.
   * @throws KuvaError `image-damaged`, `format-unsupported`
   */
  pages(bytes: Buffer): readonly PageSize[] | undefined;
  /**
   * The file is whole: it goes on to its own end mark, with every checksum right. Decoders are more patient.
   * @throws KuvaError `image-damaged`
   */
  check(bytes: Buffer): void;
}

/** The header's reader finds what is cut short, and the decoder the rest. */
const foreign = (name: ForeignName): FormatReader => ({
  pages: (bytes) => foreignReaders[name].header(bytes).pages,
  check: (bytes) => void foreignReaders[name].header(bytes),
});

export const formatReaders: Readonly<Record<ImageFormat, FormatReader>> = {
  jpeg: {
    pages(bytes) {
      const header = readJpegHeader(bytes);
      refuseSeveralPictures(bytes);
      return [header];
    },
    check(bytes) {
      const segments = jpegSegments(bytes);
      while (segments.next().done !== true);
    },
  },
  png: {
    pages(bytes) {
      const header = readPngHeader(bytes);
      refuseAnimatedPng(bytes);
      return [header];
    },
    check: (bytes) => void readPngChunks(bytes),
  },
  gif: {
    pages(bytes) {
      const { width, height, frames } = readGifBlocks(bytes);
      // A frame that is larger than the screen makes the picture larger in some decoders.
      const across = frames.reduce((most, frame) => Math.max(most, frame.left + frame.width), width);
      const down = frames.reduce((most, frame) => Math.max(most, frame.top + frame.height), height);
      return frames.map(() => ({ width: across, height: down }));
    },
    check(bytes) {
      readGifBlocks(bytes).frames.forEach((frame, index) => {
        checkLzw(framePixels(bytes, frame), frame.codeSize, frame.width * frame.height, index + 1);
      });
    },
  },
  webp: {
    pages: () => undefined,
    check: (bytes) => void readWebpChunks(bytes),
  },
  avif: {
    pages(bytes) {
      refuseAvifSequence(bytes);
      return undefined;
    },
    check: (bytes) => void readBoxes(bytes),
  },
  tiff: {
    pages: (bytes) => tiffPageSizes(readTiff(bytes)),
    check(bytes) {
      checkTiffPixels(readTiff(bytes));
    },
  },
  svg: {
    pages(bytes) {
      refuseExternalReferences(bytes);
      return undefined;
    },
    // Its XML is read to the end for its size already.
    check: () => undefined,
  },
  heic: foreign('heic'),
  jxl: foreign('jxl'),
  jp2: foreign('jp2'),
  ico: foreign('ico'),
  psd: foreign('psd'),
  bmp: foreign('bmp'),
  pnm: foreign('pnm'),
  fits: foreign('fits'),
  dicom: foreign('dicom'),
  exr: foreign('exr'),
  raw: foreign('raw'),
};

/** An animated PNG keeps its frames only where its palette alone is changed. */
export function holdsHiddenFrames(format: ImageFormat, bytes: Buffer): boolean {
  return format === 'png' && isAnimatedPng(bytes);
}
