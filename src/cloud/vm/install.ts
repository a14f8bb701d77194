/** Puts this version of kuva and its settings on a machine, and starts the worker. */
import { KuvaError } from '../../image/failure.ts';
import { layout } from './layout.ts';
import { setupLog } from './ready.ts';
import type { Release } from './release/release.ts';
import { tarOf } from './release/tar.ts';
import { waitForWorker } from './service.ts';
import { makeSetupScript, type SetupScript } from './setupScript.ts';
import type { Ssh } from './ssh/ssh.ts';
import { type WorkerSettings, workerFiles } from './workerConfig.ts';

export interface InstallOptions {
  readonly release: Release;
  readonly settings: WorkerSettings;
  /** Left out: this version's. */
  readonly setup?: SetupScript;
  readonly onProgress?: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** What was other than it should be, and is so no more. */
export interface Installed {
  readonly setup: boolean;
  readonly release: boolean;
  readonly settings: boolean;
}

/** Releases that stay on the machine: the one in use and the one before. */
const keptReleases = 2;

/**
 * Brings a machine to this set-up script, release and settings, each only where it differs, and returns when the worker
 * has told that it can reach everything. Doing it again changes nothing. Secrets go by standard input into files that only
 * the worker's user can read; they are on no command line, here or there.
 * @throws KuvaError `vm-failed` with the end of the machine's log; `vm-unreachable`, `vm-not-proven`
 */
export async function install(ssh: Ssh, options: InstallOptions): Promise<Installed> {
  const { release, settings, setup = makeSetupScript(), onProgress, signal } = options;
  const changed = {
    setup: await bringSetup(ssh, setup, onProgress, signal),
    release: await bringRelease(ssh, release, onProgress, signal),
    settings: await bringSettings(ssh, settings, signal),
  };
  const restart = changed.setup || changed.release || changed.settings;
  onProgress?.(restart ? 'starting the worker' : 'looking at the worker');
  await ssh.script(
    restart
      ? `systemctl reset-failed ${layout.service} 2>/dev/null; exec systemctl restart ${layout.service}`
      : `exec systemctl start ${layout.service}`,
    [],
    { doing: 'start the worker', signal },
  );
  await waitForWorker(ssh, signal);
  return changed;
}

async function bringSetup(
  ssh: Ssh,
  { text, sha256 }: SetupScript,
  onProgress: InstallOptions['onProgress'],
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const done = await ssh.script(`cat ${layout.setupDone} 2>/dev/null || true`, [], {
    doing: 'tell its set-up',
    signal,
  });
  if (done.trim() === sha256) return false;
  onProgress?.('setting the machine up');
  try {
    await ssh.script(
      `set -eu; umask 022; mkdir -p ${layout.home}; cat > ${layout.setupScript}.new; chmod 0755 ${layout.setupScript}.new
mv ${layout.setupScript}.new ${layout.setupScript}; exec /bin/sh ${layout.setupScript}`,
      [],
      { input: text, doing: 'set itself up', signal },
    );
  } catch (thrown) {
    // A first start that failed says more than its repetition.
    if (thrown instanceof KuvaError && thrown.code === 'vm-failed' && done.trim() === '') {
      const remedy = `What cloud-init said on its first start:\n${await setupLog(ssh, signal)}`;
      throw new KuvaError('vm-failed', { what: thrown.message, remedy, cause: thrown });
    }
    throw thrown;
  }
  return true;
}

async function bringRelease(
  ssh: Ssh,
  release: Release,
  onProgress: InstallOptions['onProgress'],
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const folder = `${layout.releases}/${release.id}`;
  const state = await ssh.script(
    `[ "$(readlink ${layout.current})" = "$1" ] && echo current || { [ -d "$1" ] && echo there || echo missing; }`,
    [folder],
    { doing: 'tell its release', signal },
  );
  if (state.trim() === 'current') return false;
  if (state.trim() === 'missing') {
    onProgress?.(`copying kuva ${release.version}`);
    await ssh.script(
      `set -eu; umask 022; new=$(mktemp -d ${layout.releases}/.new.XXXXXX); trap 'rm -rf "$new"' EXIT
tar -xzf - --no-same-owner -C "$new"; chmod 0755 "$new"; mv -T "$new" "$1"`,
      [folder],
      { input: release.archive(), doing: 'take the release', signal },
    );
  }
  await ssh.script(
    `set -eu; ln -sfn "$1" ${layout.current}.new; mv -T ${layout.current}.new ${layout.current}; touch "$1"
rm -rf ${layout.releases}/.new.*
ls -1t ${layout.releases} | tail -n +${keptReleases + 1} | while read -r old; do rm -rf "${layout.releases}/$old"; done`,
    [folder],
    { doing: 'change to the release', signal },
  );
  return true;
}

/** The settings' files come as an archive; those that are other than the ones there take their place, one by one. */
async function bringSettings(
  ssh: Ssh,
  settings: WorkerSettings,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const script = `set -eu; umask 077
new=$(mktemp -d ${layout.config}/.new.XXXXXX); trap 'rm -rf "$new"' EXIT
tar -xf - --no-same-owner --no-same-permissions -C "$new"
changed=same
find "$new" -type f -printf '%P\\n' | { while read -r file; do
  case "$file" in
    secrets/*) user=${layout.serviceUser} mode=0600 folder=0700 ;;
    *) user=root mode=0640 folder=0750 ;;
  esac
  if cmp -s "$new/$file" "${layout.config}/$file"; then continue; fi
  install -d -o $user -g ${layout.serviceUser} -m $folder "$(dirname "${layout.config}/$file")"
  chown $user:${layout.serviceUser} "$new/$file"
  chmod $mode "$new/$file"
  mv "$new/$file" "${layout.config}/$file"
  changed=changed
done; echo $changed; }`;
  const said = await ssh.script(script, [], {
    input: tarOf(workerFiles(settings)),
    doing: 'take its settings',
    signal,
  });
  return said.trim() === 'changed';
}
