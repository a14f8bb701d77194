import { chmod, mkdir, stat } from 'node:fs/promises';
import process from 'node:process';
import { KuvaError } from '../../image/failure.ts';

/** Rights of group and others: none of them may be there. */
const foreignRights = 0o077;

/**
 * Opens a folder for secrets, making it (0700) if it is not there.
 * @throws KuvaError `secrets-exposed` when others may look into it; nothing in it is read or written then
 */
export async function openPrivateFolder(path: string): Promise<void> {
  const made = await mkdir(path, { recursive: true, mode: 0o700 });
  // The umask may have taken more away than is meant.
  if (made !== undefined) await chmod(path, 0o700);
  refuseExposed(path, await stat(path), 'chmod 700');
}

interface Rights {
  readonly mode: number;
  readonly uid: number;
}

/** @throws KuvaError `secrets-exposed` unless it belongs to this user alone */
export function refuseExposed(path: string, { mode, uid }: Rights, mend: string): void {
  // Windows has neither: there the user's own folder is private by its access list.
  if (process.getuid === undefined) return;
  if (uid !== process.getuid()) {
    throw new KuvaError('secrets-exposed', {
      what: `${path} belongs to another user (${uid}), who could change the secrets in it`,
      data: 'Nothing was read from it or written to it.',
      remedy: 'Run kuva as the user who made it, or name another folder.',
    });
  }
  if ((mode & foreignRights) === 0) return;
  throw new KuvaError('secrets-exposed', {
    what: `${path} holds secrets, and other users of this machine may get at it (mode ${(mode & 0o777).toString(8).padStart(4, '0')})`,
    data: 'Nothing was read from it or written to it.',
    remedy: `If nobody has: ${mend} '${path}'`,
  });
}
