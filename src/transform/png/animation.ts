import { unsupported } from '../refusal.ts';
import { readPngHeader } from './header.ts';

/**
 * An animated PNG (W3C PNG, section 13.x: acTL) would lose all frames but one. With a palette it is no problem:
 * all frames share it.
 * @throws KuvaError `format-unsupported`
 */
export function refuseAnimatedPng(bytes: Buffer): void {
  if (!isAnimatedPng(bytes) || readPngHeader(bytes).colour === 'palette') return;
  throw unsupported(
    'The file is an animated PNG, and only its first frame could be transformed',
    'Convert it to an animated WebP or GIF and upload that.',
  );
}

/** The animation control chunk stands before the pixels; names and lengths are enough to find it. */
export function isAnimatedPng(bytes: Buffer): boolean {
  let at = 8;
  while (at + 8 <= bytes.length) {
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (type === 'acTL') return true;
    if (type === 'IDAT') return false;
    at += 12 + bytes.readUInt32BE(at);
  }
  return false;
}
