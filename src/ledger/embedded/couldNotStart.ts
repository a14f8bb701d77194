import { KuvaError } from '../../image/failure.ts';
import { unsupported } from './binaries.ts';
import { folderUnusable, type Place } from './place.ts';

/** Why one of PostgreSQL's programs did not do its work, from what it said. */
export function couldNotStart(
  place: Place,
  what: string,
  said: readonly string[],
  cause?: unknown,
): KuvaError {
  const lines = said.map((line) => line.trim()).filter((line) => line !== '');
  const text = lines.join('\n');
  const shown = lines.slice(-8).join(' | ');
  if (
    /GLIBC_[\d.]+' not found|error while loading shared libraries|cannot execute|Exec format|ENOEXEC/.test(
      `${text} ${what}`,
    )
  ) {
    return unsupported(
      `The embedded PostgreSQL does not run on this machine: ${shown === '' ? what : shown}`,
    );
  }
  const trouble = lines.find((line) =>
    /No space left|Disk quota|Read-only file system|Permission denied|wrong ownership/i.test(line),
  );
  if (trouble !== undefined) return folderUnusable(place.folder, trouble, cause);
  const nameless = /could not look up effective user ID (\d+)/.exec(text)?.[1];
  if (nameless !== undefined) {
    return new KuvaError('embedded-failed', {
      what: `PostgreSQL cannot be set up by a user without a name, and user ${nameless} has none on this machine`,
      data: 'The data folder was left as it is.',
      remedy:
        'Give the user a name (a line in /etc/passwd; in a container also by nss_wrapper), or give `database:` in kuva.yaml a PostgreSQL of your own.',
      cause,
    });
  }
  return new KuvaError('embedded-failed', {
    what: `The embedded database in ${place.folder} did not start: ${what}${shown === '' ? '' : `. It said: ${shown}`}`,
    data: 'The data folder was left as it is.',
    remedy: `See ${place.log}; or give \`database:\` in kuva.yaml a PostgreSQL of your own.`,
    cause,
  });
}
