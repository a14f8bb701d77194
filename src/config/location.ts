/** Where images lie, as people write it: `s3://bucket`, `file:folder`, or a path. */
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { suggestScheme } from './suggest.ts';
import { absolutePath, type Surroundings } from './surroundings.ts';

export type Location =
  | { readonly kind: 's3'; readonly bucket: string; readonly url: string }
  | {
      readonly kind: 'folder' /** Absolute. */;
      readonly path: string /** `file:///…` */;
      readonly url: string;
    };

export interface LocationFault {
  readonly kind: 'fault';
  readonly what: string;
  readonly expected?: string;
  readonly suggestion?: string;
}

const expected = 's3://bucket, or file:folder for a folder on this machine';

/**
 * @param base folder that a relative path starts from
 * In a `file://` URL, `%20` and the like are decoded, as in any URL; in the short `file:folder` form nothing is.
 */
export function parseLocation(
  text: string,
  base: string,
  around: Pick<Surroundings, 'home'>,
): Location | LocationFault {
  if (/^s3:/i.test(text)) return parseS3(text);
  if (/^file:\/\//i.test(text)) return parseFileUrl(text);
  if (/^file:/i.test(text)) {
    const written = text.slice('file:'.length);
    if (written.trim() === '') return { kind: 'fault', what: 'the folder is missing after file:', expected };
    return folderAt(absolutePath(written, base, around));
  }
  if (/^(\.{1,2}|~)?[/\\]/.test(text) || text === '.' || text === '..' || path.isAbsolute(text)) {
    return folderAt(absolutePath(text, base, around));
  }
  const suggestion = suggestScheme(text);
  return {
    kind: 'fault',
    what: 'this is no bucket and no folder',
    expected,
    ...(suggestion !== undefined && { suggestion }),
  };
}

function parseS3(text: string): Location | LocationFault {
  const match = /^s3:\/\/([^/?#@\s]+)(\/.*)?$/.exec(text);
  const bucket = match?.[1];
  if (bucket === undefined) {
    return { kind: 'fault', what: 'the name of the bucket is not readable', expected: 's3://bucket' };
  }
  if (match?.[2] !== undefined && match[2] !== '/') {
    return {
      kind: 'fault',
      what: 'a bucket is taken as a whole, without a folder in it',
      expected: 's3://bucket',
      suggestion: `s3://${bucket}`,
    };
  }
  // Ceph with relaxed names: underscores and capitals too, up to 255 (rgw_bucket.cc, valid_s3_bucket_name).
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{2,254}$/.test(bucket)) {
    return {
      kind: 'fault',
      what: 'this cannot be the name of a bucket',
      expected: 'at least 3 letters, digits, dots, hyphens or underscores, the first a letter or digit',
    };
  }
  return { kind: 's3', bucket, url: `s3://${bucket}` };
}

function parseFileUrl(text: string): Location | LocationFault {
  try {
    return folderAt(fileURLToPath(text));
  } catch {
    return {
      kind: 'fault',
      what: 'this file URL names no folder of this machine',
      expected: 'file:///folder or file:folder',
    };
  }
}

export function folderAt(absolute: string): Location {
  const clean = path.resolve(absolute);
  return { kind: 'folder', path: clean, url: pathToFileURL(clean).href };
}
