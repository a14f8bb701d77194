/** What the limits say of an image's size, before anything is decoded. */
import { showBytes } from '../image/quantity.ts';
import type { PageSize } from './formats.ts';
import type { Limits } from './limits.ts';
import { tooLarge } from './refusal.ts';

/** @throws KuvaError `image-too-large` */
export function checkBytes(bytes: number, limits: Limits): void {
  if (bytes <= limits.bytes) return;
  throw tooLarge(`The file has ${showBytes(bytes)}, and the limit is ${showBytes(limits.bytes)}`, 'bytes');
}

/** @throws KuvaError `image-too-large` */
export function checkPages(pages: readonly PageSize[], limits: Limits): void {
  if (pages.length > limits.pages) {
    throw tooLarge(`The image has ${pages.length} pages, and the limit is ${limits.pages}`, 'pages');
  }
  const pixels = pages.reduce((total, { width, height }) => total + width * height, 0);
  if (pixels <= limits.pixels) return;
  const [first] = pages;
  const size = `${first?.width ?? 0} × ${first?.height ?? 0} pixels${pages.length > 1 ? ` on each of ${pages.length} pages` : ''}`;
  throw tooLarge(
    `The image has ${size}, ${millions(pixels)} in all, and the limit is ${millions(limits.pixels)}`,
    'pixels',
  );
}

const millions = (pixels: number) =>
  `${(pixels / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })} million`;
