import type { BigIntStats } from 'node:fs';
import type { ObjectKey } from '../../image/key.ts';
import type { ObjectVersion } from '../contract.ts';

/**
 * The state of a file: another file under the name, another size or another time of writing is another version.
 * Not the time of the inode's change: a file that is taken aside and put back keeps its ETag.
 */
export function etagOf(stats: BigIntStats): string {
  return `${stats.ino.toString(16)}-${stats.size.toString(16)}-${stats.mtimeNs.toString(16)}`;
}

export function fileVersion(key: ObjectKey, stats: BigIntStats): ObjectVersion {
  return {
    key,
    etag: etagOf(stats),
    size: Number(stats.size),
    lastModified: new Date(Number(stats.mtimeNs / 1_000_000n)),
  };
}

let last = 0;

/**
 * A time for a file that is written now, in seconds since 1970, in whole microseconds, which is what Node can set.
 * Never the same twice in one process: file systems reuse inode numbers at once and stamp files with a clock that
 * stands still for milliseconds, so that two versions in quick succession could otherwise look the same.
 */
export function writingTime(): number {
  last = Math.max(last + 1, Math.round((performance.timeOrigin + performance.now()) * 1000));
  return last / 1e6;
}
