/** What single settings cannot tell: an output that would be taken for new input. */
import path from 'node:path';
import type { Complaint } from './mistake.ts';
import type { ResolvedPlace } from './resolvePlaces.ts';

/** What lies in each place, in plain words. */
const written = {
  input: 'inputs',
  output: 'results',
  done: 'inputs that are done',
  rejected: 'rejected inputs',
} as const;

/**
 * @param database absolute path of the embedded database's folder, if there is one
 * @param realPath follows symbolic links, as far as the path exists
 */
export function crossCheck(
  places: readonly ResolvedPlace[],
  database: string | undefined,
  realPath: (file: string) => string,
): Complaint[] {
  const complaints: Complaint[] = [];
  for (const [index, one] of places.entries()) {
    for (const other of places.slice(0, index)) {
      // Rejected images may lie beside the results; only the input must stay apart from what is written.
      if (other.role !== 'input') continue;
      const what = overlap(other, one, realPath, written[one.role]);
      if (what !== undefined) {
        complaints.push({
          path: one.path,
          part: 'value',
          what,
          found: one.place.url,
          expected: `another place than ${other.place.url}`,
        });
      }
    }
    if (
      database !== undefined &&
      one.place.kind === 'folder' &&
      isWithin(realPath(database), realPath(one.place.path))
    ) {
      complaints.push({
        path: one.path,
        part: 'value',
        what: 'this folder holds the embedded database, whose files are no images',
        found: one.place.path,
        expected: 'a folder of its own',
      });
    }
  }
  return complaints;
}

/** Are they one place, or does one lie within the other? */
export function meets(one: ResolvedPlace, other: ResolvedPlace, realPath: (file: string) => string): boolean {
  return overlap(one, other, realPath, 'results') !== undefined;
}

/** What is wrong when both are in use, or undefined. */
function overlap(
  input: ResolvedPlace,
  written: ResolvedPlace,
  realPath: (file: string) => string,
  results: string,
): string | undefined {
  const [from, to] = [input.place, written.place];
  if (from.kind === 's3' && to.kind === 's3') {
    return from.bucket === to.bucket && serverOf(input) === serverOf(written)
      ? `this is the input bucket: ${results} would be taken for new images, over and over`
      : undefined;
  }
  if (from.kind === 'folder' && to.kind === 'folder') {
    const [inner, outer] = [realPath(to.path), realPath(from.path)];
    if (isWithin(inner, outer)) {
      return `this folder lies within the input folder: ${results} would be taken for new images, over and over`;
    }
    return isWithin(outer, inner)
      ? 'the input folder lies within this folder: they must be apart'
      : undefined;
  }
  return undefined;
}

/** Without keys the endpoint is not known yet, and the block that it will come from stands for it. */
function serverOf({ place, answer, s3Path }: ResolvedPlace): string {
  if (place.kind !== 's3' || answer?.access === undefined) return s3Path.join('.');
  const { host, pathname } = place.connection.endpoint;
  return `${host}${pathname}`.replace(/\/$/, '');
}

/** Is `inner` the folder `outer` or below it? */
function isWithin(inner: string, outer: string): boolean {
  const relative = path.relative(outer, inner);
  return (
    relative === '' ||
    (!relative.startsWith(`..${path.sep}`) && relative !== '..' && !path.isAbsolute(relative))
  );
}
