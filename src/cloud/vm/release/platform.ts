import process from 'node:process';
import { z } from 'zod';
import type { PackageFile } from './packageFile.ts';

/** What a package's `os`, `cpu` and `libc` are compared with (npm's documentation of package.json). */
export interface Platform {
  readonly os: string;
  readonly cpu: string;
  readonly libc: string;
}

/** The machines of the clouds: none of their images has musl. */
export function machinePlatform(cpu: 'x64' | 'arm64'): Platform {
  return { os: 'linux', cpu, libc: 'glibc' };
}

/** glibc tells its version in Node's report; musl tells none. */
const reportSchema = z.object({ header: z.object({ glibcVersionRuntime: z.string().optional() }) });

/** Can what is installed here run there? */
export function isThisPlatform({ os, cpu }: Platform): boolean {
  if (os !== process.platform || cpu !== process.arch) return false;
  return reportSchema.safeParse(process.report.getReport()).data?.header.glibcVersionRuntime !== undefined;
}

export function fitsPlatform({ os, cpu, libc }: PackageFile, platform: Platform): boolean {
  return allows(os, platform.os) && allows(cpu, platform.cpu) && allows(libc, platform.libc);
}

function allows(list: readonly string[] | undefined, value: string): boolean {
  if (list === undefined || list.length === 0 || list.includes(value)) return true;
  return list.every((entry) => entry.startsWith('!')) && !list.includes(`!${value}`);
}
