/**
 * `node:fs/promises`, each change noted in the trace once it was made. Syncs are not: a kill leaves the same world with
 * them and without (a power cut is another thing).
 */
import { constants } from 'node:fs';
import type * as Files from 'node:fs/promises';
import { basename } from 'node:path';
import { trace } from './trace.ts';

const changing = [
  'appendFile',
  'chmod',
  'copyFile',
  'cp',
  'link',
  'mkdir',
  'rename',
  'rmdir',
  'symlink',
  'truncate',
  'unlink',
  'utimes',
  'writeFile',
] as const satisfies readonly (keyof typeof Files)[];

const changingHandle = ['appendFile', 'chmod', 'truncate', 'utimes', 'write', 'writeFile', 'writev'] as const;

export function tracedFiles(real: typeof Files): typeof Files {
  const traced: typeof Files = {
    ...real,
    open: async (path, flags, mode) => {
      const handle = await real.open(path, flags, mode);
      if (isReading(flags)) return handle;
      trace.effect(`open ${basename(String(path))}`);
      for (const name of changingHandle) note(handle, name);
      return handle;
    },
    rm: async (path, options) => {
      const was = await real.lstat(path).catch(() => undefined);
      await real.rm(path, options);
      if (was !== undefined) trace.effect(`rm ${basename(String(path))}`);
    },
  };
  for (const name of changing) note(traced, name);
  return traced;
}

function isReading(flags: string | number | undefined): boolean {
  if (typeof flags === 'number') return (flags & (constants.O_WRONLY | constants.O_RDWR)) === 0;
  return flags === undefined || flags === 'r';
}

/** Notes a call when it has succeeded: one that failed changed nothing. */
function note(object: object, name: string): void {
  const real: unknown = Reflect.get(object, name);
  if (typeof real !== 'function') throw new Error(`no ${name}`);
  Reflect.set(object, name, async (...args: unknown[]): Promise<unknown> => {
    const answer: unknown = await Reflect.apply(real, object, args);
    trace.effect(
      `${name} ${args.flatMap((arg) => (typeof arg === 'string' ? basename(arg) : [])).join(' ')}`,
    );
    return answer;
  });
}
