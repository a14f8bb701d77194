import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import process from 'node:process';
import sharp from 'sharp';
import type { Program, Programs } from './programs.ts';

/** What the figures were measured on: without it, they mean nothing. */
export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  /** Bytes. */
  readonly memory: number;
  readonly system: string;
  /** Of the last minute, before the bench began. */
  readonly load: number;
  readonly versions: Readonly<Record<string, string>>;
}

export function describeMachine(programs: Programs, servers: { postgres: string; ceph: string }): Machine {
  return thisMachine({
    sharp: sharp.versions.sharp,
    libvips: sharp.versions.vips,
    'Ceph RGW': `${programs.radosgw.version} (${servers.ceph})`,
    PostgreSQL: servers.postgres,
    ImageMagick: programs.convert.version,
    s3cmd: programs.s3cmd.version,
    psql: programs.psql.version,
    ...versionsOf({
      Python: programs.optional.python,
      boto3: programs.optional.pythonModules,
      "Debian's libvips": programs.optional.libvips,
      rclone: programs.optional.rclone,
    }),
  });
}

function versionsOf(programs: Readonly<Record<string, Program | undefined>>): Record<string, string> {
  const versions: Record<string, string> = {};
  for (const [name, program] of Object.entries(programs))
    if (program !== undefined) versions[name] = program.version;
  return versions;
}

/** @param versions of what takes part, beside Node */
export function thisMachine(versions: Readonly<Record<string, string>>): Machine {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memory: totalmem(),
    system: `${type()} ${release()}`,
    load: loadavg()[0] ?? 0,
    versions: { Node: process.versions.node, ...versions },
  };
}
