/** Image formats by the names that the ledger, recipes and messages use. */
export const imageFormats = ['jpeg', 'png', 'webp', 'avif', 'tiff', 'gif', 'svg'] as const;

export type ImageFormat = (typeof imageFormats)[number];

/** MIME types as registered with IANA. */
export const contentTypes = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  avif: 'image/avif',
  tiff: 'image/tiff',
  gif: 'image/gif',
  svg: 'image/svg+xml',
} as const satisfies Record<ImageFormat, string>;

/** The file name extension that a converted output gets. */
export const extensions = {
  jpeg: '.jpg',
  png: '.png',
  webp: '.webp',
  avif: '.avif',
  tiff: '.tif',
  gif: '.gif',
  svg: '.svg',
} as const satisfies Record<ImageFormat, string>;
