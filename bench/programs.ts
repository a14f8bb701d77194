import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A program of the tutorial, as found on this machine. */
export interface Program {
  readonly path: string;
  /** What it says its version is. */
  readonly version: string;
}

/** The tutorial's tools, and the server behind Allas. */
export interface Programs {
  readonly convert: Program;
  readonly s3cmd: Program;
  readonly psql: Program;
  readonly radosgw: Program;
  /** Without them some contenders cannot take part. */
  readonly optional: {
    readonly python: Program | undefined;
    /** boto3, with Pillow and psycopg2 there as well. */
    readonly pythonModules: Program | undefined;
    /** The library that images.py finds by its name. */
    readonly libvips: Program | undefined;
    readonly rclone: Program | undefined;
  };
}

/** @throws Error that names what is missing and the Debian packages that have it */
export async function findPrograms(): Promise<Programs> {
  const [convert, s3cmd, psql, radosgw] = await Promise.all([
    findImageMagick(),
    find(['/usr/bin/s3cmd'], ['--version'], /version (\S+)/),
    find(['/usr/bin/psql'], ['--version'], /PostgreSQL\) (\S+)/),
    find(['/usr/bin/radosgw'], ['--version'], /version (\S+)/),
  ]);
  const missing = Object.entries({ convert, s3cmd, psql, radosgw }).filter(
    ([, found]) => found === undefined,
  );
  if (convert === undefined || s3cmd === undefined || psql === undefined || radosgw === undefined) {
    throw new Error(
      `the bench needs ${missing.map(([name]) => name).join(', ')} (Debian: apt install imagemagick s3cmd postgresql-client radosgw ceph-mon ceph-osd)`,
    );
  }
  return { convert, s3cmd, psql, radosgw, optional: await findOptional() };
}

/** Debian's Python: another one that comes first in the PATH has other packages. */
const python = '/usr/bin/python3';
const imports =
  'import boto3, PIL, psycopg2; print("modules", boto3.__version__, "Pillow", PIL.__version__, "psycopg2", psycopg2.__version__.split()[0])';
const vips =
  'import ctypes; vips = ctypes.CDLL("libvips.so.42"); vips.vips_version_string.restype = ctypes.c_char_p; print("libvips", vips.vips_version_string().decode())';

async function findOptional(): Promise<Programs['optional']> {
  const [found, pythonModules, libvips, rclone] = await Promise.all([
    find([python], ['--version'], /Python (\S+)/),
    find([python], ['-c', imports], /modules (.+)/),
    find([python], ['-c', vips], /libvips (\S+)/),
    find(['/usr/bin/rclone'], ['--version'], /rclone v(\S+)/),
  ]);
  return { python: found, pythonModules, libvips, rclone };
}

/**
 * ImageMagick 6, the one that Debian and Ubuntu install for the tutorial. The name `convert` alone proves nothing:
 * another program of that name may come first in the PATH.
 */
export function findImageMagick(): Promise<Program | undefined> {
  return find(['/usr/bin/convert-im6.q16', '/usr/bin/convert'], ['-version'], /ImageMagick (6\S+)/);
}

async function find(
  paths: readonly string[],
  versionOptions: readonly string[],
  pattern: RegExp,
): Promise<Program | undefined> {
  for (const path of paths) {
    try {
      await access(path, constants.X_OK);
      const { stdout, stderr } = await run(path, [...versionOptions], { timeout: 10_000 });
      const version = pattern.exec(stdout + stderr)?.[1];
      if (version !== undefined) return { path, version };
    } catch {
      // Not there, or not this program: the next one.
    }
  }
  return undefined;
}
