import { KuvaError } from './failure.ts';
import { visible } from './visible.ts';

declare const objectKeyBrand: unique symbol;

/**
 * The name of an object in a bucket: 1 to 1,024 bytes of UTF-8, any characters but NUL, kept exactly as it is.
 * `a//b`, `x/../y`, `./a`, a trailing slash, and composed beside decomposed letters are all different keys.
 * Source of the length: Amazon S3 user guide, "Naming Amazon S3 objects"; Ceph RGW has the same limit.
 */
export type ObjectKey = string & { readonly [objectKeyBrand]: true };

/** Bytes of UTF-8 that a key may have. */
export const maxKeyBytes = 1024;

/** Why a text cannot be a key, in a few words, or undefined when it can. */
export function keyFault(text: string): string | undefined {
  if (text.length === 0) return 'it is empty';
  if (text.includes('\0')) return 'it has a NUL character, which PostgreSQL and file systems cannot store';
  if (!text.isWellFormed()) return 'it is not valid Unicode';
  const bytes = Buffer.byteLength(text);
  return bytes > maxKeyBytes ? `it has ${bytes} bytes, and S3 allows ${maxKeyBytes}` : undefined;
}

export function isObjectKey(text: string): text is ObjectKey {
  return keyFault(text) === undefined;
}

/** @throws KuvaError `key-invalid` */
export function parseObjectKey(text: string): ObjectKey {
  if (isObjectKey(text)) return text;
  throw new KuvaError('key-invalid', {
    what: `${showKey(text)} cannot be the name of an object: ${keyFault(text) ?? 'unknown reason'}`,
    data: 'The object stays where it is.',
    remedy: 'Give the object another name.',
  });
}

/**
 * A key for people to read, safe on a terminal and in a log line: control and bidirectional-override characters
 * are shown as escapes, very long keys are shortened in the middle. For display only.
 */
export function showKey(text: string, maxLength = 120): string {
  const shown = visible(text);
  if (shown.length <= maxLength) return shown;
  const half = Math.floor((maxLength - 1) / 2);
  return `${shown.slice(0, half)}…${shown.slice(-half)}`;
}
