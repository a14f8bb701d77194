/** libvips, set up once for this program, and the one way in which it opens an image. */
import sharp, { type Sharp, type SharpOptions } from 'sharp';

let prepared = false;

/**
 * Process-wide settings: no cache (every image is seen once), one thread an image (many images are the
 * parallelism), and no reader but those for the formats that we take, from memory alone.
 */
export function prepareLibvips(): void {
  if (prepared) return;
  prepared = true;
  sharp.cache(false);
  sharp.concurrency(1);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({
    operation: [
      'VipsForeignLoadJpegBuffer',
      'VipsForeignLoadPngBuffer',
      'VipsForeignLoadWebpBuffer',
      'VipsForeignLoadTiffBuffer',
      'VipsForeignLoadNsgifBuffer',
      'VipsForeignLoadHeifBuffer',
      'VipsForeignLoadSvgBuffer',
    ],
  });
}

/**
 * Opens an image strictly: any warning of a decoder is an error. Pixels have been counted from the header before, so
 * sharp's own limit is off; `unlimited` stays off, which keeps the decoders' limits on chunks and nesting.
 */
export function openImage(bytes: Buffer | Buffer[] | Uint16Array, options: SharpOptions = {}): Sharp {
  const strict: SharpOptions = { failOn: 'warning', limitInputPixels: false, ...options };
  return sharp(bytes, strict);
}
