import { readFileSync, type Stats, statSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { KuvaError } from '../../image/failure.ts';
import type { Binaries } from './binaries.ts';

/** As whom and how PostgreSQL's programs are started. */
export interface RunAs {
  /** Undefined: as this process itself. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
  /** What goes before the program, to give it the capability that it needs to reach its files. */
  readonly prefix: readonly string[];
}

/** "nobody" on Linux. A uid without a name will do as well: PostgreSQL only refuses to run as root. */
const nobody = { uid: 65_534, gid: 65_534 };

/**
 * PostgreSQL refuses to run as root. Started by root, it runs as the owner of a folder that exists already (so that
 * one who used it without root before still can afterwards), else as nobody. An owner without a name, as in a
 * container with a folder from outside, will do for a cluster that is there: only initdb wants to know the name.
 */
export function userFor(owner: Stats | undefined, hasCluster: boolean): RunAs['user'] {
  if (process.getuid?.() !== 0) return undefined;
  if (owner === undefined || owner.uid === 0) return nobody;
  return hasCluster || hasName(owner.uid) ? { uid: owner.uid, gid: owner.gid } : nobody;
}

function hasName(uid: number): boolean {
  try {
    return readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .some((line) => line.split(':')[2] === String(uid));
  } catch {
    return false;
  }
}

/**
 * Another user cannot pass through folders such as /root. Where the data or the programs lie behind one, they are
 * started with the one capability that opens the way, and no other: to read and search anywhere. (A container may
 * lack that one and have its stronger sister.) `no_setuid_fixup` is for access(2), which would otherwise leave
 * ambient capabilities out of account; PostgreSQL checks its own programs with it.
 * @throws KuvaError `folder-unusable`
 */
export async function runAs(user: RunAs['user'], binaries: Binaries, folder: string): Promise<RunAs> {
  if (user === undefined) return { user, prefix: [] };
  const native = ['bin', path.join('lib', 'postgresql'), 'share'].map((name) =>
    path.join(binaries.native, name),
  );
  // The folder itself is handed over; those above it are not.
  const closed = await firstClosed(user, [...native, path.dirname(folder)]);
  if (closed === undefined) return { user, prefix: [] };
  const capability = await usableCapability(binaries.postgres);
  const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find(exists);
  if (capability === undefined || setpriv === undefined) throw blocked(closed, user.uid);
  const prefix = [
    setpriv,
    `--reuid=${user.uid}`,
    `--regid=${user.gid}`,
    '--clear-groups',
    '--securebits=+no_setuid_fixup',
    `--inh-caps=+${capability}`,
    `--ambient-caps=+${capability}`,
  ];
  return { user, prefix };
}

function blocked(closed: string, uid: number): KuvaError {
  return new KuvaError('folder-unusable', {
    what: `PostgreSQL does not run as root, and user ${uid}, as whom it is started instead, cannot pass through ${closed}`,
    remedy:
      'Start kuva as an ordinary user; or keep the program and the data where others may pass through (chmod o+x), for instance below /srv; or install setpriv (util-linux).',
  });
}

/** The first of these folders, or of those above them, that this user may not pass through. */
async function firstClosed(
  user: { uid: number; gid: number },
  folders: readonly string[],
): Promise<string | undefined> {
  for (const start of folders) {
    let folder = await realpath(start);
    for (;;) {
      const { mode, uid, gid } = statSync(folder);
      const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
      if ((mode & bit) === 0) return folder;
      const parent = path.dirname(folder);
      if (parent === folder) break;
      folder = parent;
    }
  }
  return undefined;
}

/** Bits in the capability sets that the kernel shows (linux/capability.h). */
const capabilityBits = { dac_override: 1n << 1n, dac_read_search: 1n << 2n };

async function usableCapability(program: string): Promise<keyof typeof capabilityBits | undefined> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const permitted = BigInt(`0x${/^CapPrm:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  const has = (name: keyof typeof capabilityBits): boolean => (permitted & capabilityBits[name]) !== 0n;
  // Reading is not executing: programs that were installed for root alone need the stronger one.
  const openToAll = (statSync(program).mode & 0o001) !== 0;
  if (openToAll && has('dac_read_search')) return 'dac_read_search';
  return has('dac_override') ? 'dac_override' : undefined;
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}
