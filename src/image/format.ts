/** Image formats by the names that the ledger, recipes and messages use. */
export const imageFormats = [
  'jpeg',
  'png',
  'webp',
  'avif',
  'tiff',
  'gif',
  'svg',
  'heic',
  'jxl',
  'jp2',
  'ico',
  'psd',
  'bmp',
  'pnm',
  'fits',
  'dicom',
  'exr',
  'raw',
] as const;

export type ImageFormat = (typeof imageFormats)[number];

/** What a person calls a file of each format, with its article. */
export const formatNames = {
  jpeg: 'a JPEG image',
  png: 'a PNG image',
  webp: 'a WebP image',
  avif: 'an AVIF image',
  tiff: 'a TIFF image',
  gif: 'a GIF image',
  svg: 'an SVG drawing',
  heic: 'a HEIC photo',
  jxl: 'a JPEG XL image',
  jp2: 'a JPEG 2000 image',
  ico: 'a Windows icon',
  psd: 'a Photoshop document',
  bmp: 'a BMP image',
  pnm: 'a PNM image (PBM, PGM, PPM or PAM)',
  fits: 'a FITS image',
  dicom: 'a DICOM image',
  exr: 'an OpenEXR image',
  raw: 'a camera raw file',
} as const satisfies Record<ImageFormat, string>;

/** MIME types as registered with IANA; Netpbm, OpenEXR and camera raw files have ones in use that are not registered. */
export const contentTypes = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  avif: 'image/avif',
  tiff: 'image/tiff',
  gif: 'image/gif',
  svg: 'image/svg+xml',
  heic: 'image/heic',
  jxl: 'image/jxl',
  jp2: 'image/jp2',
  ico: 'image/vnd.microsoft.icon',
  psd: 'image/vnd.adobe.photoshop',
  bmp: 'image/bmp',
  pnm: 'image/x-portable-anymap',
  fits: 'image/fits',
  dicom: 'application/dicom',
  exr: 'image/x-exr',
  raw: 'image/x-dcraw',
} as const satisfies Record<ImageFormat, string>;

/** The file name extension that a file of each format has; a converted output gets it. */
export const extensions = {
  jpeg: '.jpg',
  png: '.png',
  webp: '.webp',
  avif: '.avif',
  tiff: '.tif',
  gif: '.gif',
  svg: '.svg',
  heic: '.heic',
  jxl: '.jxl',
  jp2: '.jp2',
  ico: '.ico',
  psd: '.psd',
  bmp: '.bmp',
  pnm: '.pnm',
  fits: '.fits',
  dicom: '.dcm',
  exr: '.exr',
  raw: '.raw',
} as const satisfies Record<ImageFormat, string>;
