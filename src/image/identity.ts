import { createHash } from 'node:crypto';
import type { ObjectKey } from './key.ts';

/**
 * What makes an image this image. A new upload under the same key has another ETag and is a new image.
 * The ETag is kept without its quotation marks.
 */
export interface ImageIdentity {
  readonly pipeline: string;
  readonly bucket: string;
  readonly key: ObjectKey;
  readonly etag: string;
}

/**
 * Eight hexadecimal digits that tell two images apart which would be given the same output key. The same image
 * gets the same digits on every machine and in every attempt.
 */
export function identityMark(image: ImageIdentity): string {
  const fields = [image.pipeline, image.bucket, image.key, image.etag];
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex').slice(0, 8);
}
