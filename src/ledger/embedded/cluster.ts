import { randomBytes } from 'node:crypto';
import { chown, open, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { KuvaError } from '../../image/failure.ts';
import { Secret } from '../../image/secret.ts';
import { postgresMajor } from './binaries.ts';
import { couldNotStart } from './couldNotStart.ts';
import { folderUnusable, type Place, unusableUnless } from './place.ts';
import { isAlive } from './postmasterPid.ts';
import { ended, startProgram } from './program.ts';

/**
 * The superuser that initdb makes; everything of ours runs as it. Not "kuva": a user finds a schema of its own name
 * before schema public, and people look for `log_records` in the latter.
 */
export const embeddedUser = 'postgres';

const newPrefix = 'cluster.new-';
/** Inside the cluster, so that data and password appear together or not at all. */
const passwordName = 'kuva-password';

/**
 * Makes the database cluster unless there is one. It is made under another name and renamed when it is complete and
 * on disk: whatever stops initdb, the next start finds nothing or all of it.
 * @throws KuvaError `folder-unusable`, `embedded-failed`, `platform-unsupported`, `interrupted`
 */
export async function ensureCluster(place: Place, signal?: AbortSignal): Promise<void> {
  await removeLeftovers(place);
  const version = await readFile(path.join(place.cluster, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version !== undefined) {
    checkVersion(place, version.trim());
    return;
  }
  await unusableUnless(place.cluster, () => removeIfEmpty(place.cluster));
  await makeCluster(place, signal);
}

function checkVersion(place: Place, version: string): void {
  if (version === String(postgresMajor)) return;
  throw new KuvaError('folder-unusable', {
    what: `${place.cluster} holds data of PostgreSQL ${version}, and this version of kuva brings PostgreSQL ${postgresMajor}`,
    data: 'Nothing in it was changed.',
    remedy:
      'Use the version of kuva that made it; or dump its database with that one (pg_dump) and load the dump into a new folder.',
  });
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw folderUnusable(folder, 'it is there, but holds no PostgreSQL data', error);
  }
}

async function makeCluster(place: Place, signal: AbortSignal | undefined): Promise<void> {
  const fresh = path.join(place.folder, `${newPrefix}${process.pid}-${randomBytes(4).toString('hex')}`);
  const passwordFile = `${fresh}.password`;
  try {
    await unusableUnless(place.folder, () =>
      writeOwn(place, passwordFile, randomBytes(24).toString('base64url')),
    );
    await initdb(place, fresh, passwordFile, signal);
    await unusableUnless(place.folder, async () => {
      await rename(passwordFile, path.join(fresh, passwordName));
      await syncToDisk(fresh);
      await rename(fresh, place.cluster).catch(async (error: unknown) => {
        // Another process was faster: its cluster is as good as ours.
        if (
          !(
            error instanceof Error &&
            'code' in error &&
            ['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(String(error.code))
          )
        )
          throw error;
        await readFile(path.join(place.cluster, 'PG_VERSION'));
      });
      await syncToDisk(place.folder);
    });
  } finally {
    await rm(passwordFile, { force: true });
    await rm(fresh, { recursive: true, force: true });
  }
}

async function initdb(
  place: Place,
  fresh: string,
  passwordFile: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const args = [
    `--pgdata=${fresh}`,
    `--username=${embeddedUser}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // The same order of names on every machine, whatever locales it has.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--data-checksums',
    '--no-instructions',
  ];
  const child = startProgram(place, place.binaries.initdb, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = (): void => void child.kill('SIGTERM');
  signal?.addEventListener('abort', stop);
  try {
    const { code, output } = await ended(child).catch((cause: unknown) => {
      throw couldNotStart(place, cause instanceof Error ? cause.message : String(cause), [], cause);
    });
    if (signal?.aborted === true) throw interrupted(place);
    if (code !== 0) throw couldNotStart(place, 'initdb failed', output.split('\n'));
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

export function interrupted(place: Place): KuvaError {
  return new KuvaError('interrupted', {
    what: `Starting the embedded database in ${place.folder} was interrupted`,
    data: 'Nothing was left behind.',
  });
}

/** What processes that are gone left of clusters that they were making. */
async function removeLeftovers(place: Place): Promise<void> {
  const names = await unusableUnless(place.folder, () => readdir(place.folder));
  for (const name of names) {
    const maker = new RegExp(`^${newPrefix.replace('.', '\\.')}(\\d+)-`).exec(name)?.[1];
    if (maker === undefined || (Number(maker) !== process.pid && isAlive(Number(maker)))) continue;
    await rm(path.join(place.folder, name), { recursive: true, force: true });
  }
}

/** The superuser's password, or undefined when somebody removed it. */
export async function readPassword(place: Place): Promise<Secret | undefined> {
  const text = await readFile(path.join(place.cluster, passwordName), 'utf8').catch(() => '');
  return text.trim() === '' ? undefined : new Secret(text.trim());
}

/**
 * Gives the superuser a new password, when the file with the old one is gone: by PostgreSQL's single-user mode, which
 * only runs while no server does.
 */
export async function renewPassword(place: Place): Promise<Secret> {
  const password = randomBytes(24).toString('base64url');
  const child = startProgram(place, place.binaries.postgres, ['--single', '-D', place.cluster, 'postgres'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin?.end(`ALTER ROLE ${embeddedUser} PASSWORD '${password}'\n`);
  const { code, output } = await ended(child);
  if (code !== 0)
    throw couldNotStart(place, 'its password is lost and could not be renewed', output.split('\n'));
  await writeOwn(place, path.join(place.cluster, passwordName), password);
  return new Secret(password);
}

async function writeOwn(place: Place, file: string, text: string): Promise<void> {
  await writeFile(file, `${text}\n`, { mode: 0o600, flush: true });
  const { user } = place.runAs;
  if (user !== undefined) await chown(file, user.uid, user.gid);
}

/** A rename survives a power cut once its folder is on disk. Windows has no such thing for folders. */
async function syncToDisk(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
