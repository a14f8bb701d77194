/** From a machine that the cloud calls ACTIVE to one that commands can be run on. */
import type { CloudSecrets } from '../secrets/cloudSecrets.ts';
import { hostKeysIn } from './hostKeys.ts';
import { layout } from './layout.ts';
import type { SshHost } from './ssh/host.ts';
import { hasHostKeys, keepHostKeys, openSsh, type Ssh } from './ssh/ssh.ts';
import { waitUntil } from './waitUntil.ts';

export interface ReadyOptions {
  readonly secrets: CloudSecrets;
  readonly host: SshHost;
  /** What the machine has written to its console so far (Nova: `os-getConsoleOutput`). */
  readonly console: () => Promise<string>;
  /** A few words for a progress line. */
  readonly onProgress?: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that the machine may take for its first start. Left out: 15 minutes. */
  readonly limit?: number;
}

/** Milliseconds: installing packages on the smallest machines takes minutes, and so may a busy cloud's first start. */
const firstStart = 15 * 60_000;
const sshLimit = 5 * 60_000;
const interval = 3_000;

/**
 * Learns the host keys from the console, unless they are known, and waits until SSH answers and cloud-init has ended.
 * Whether the machine's set-up is complete is for {@link install} to see.
 *
 * cloud-init prints the keys as one of its last steps, after the set-up script: most of the waiting is for the console.
 * @throws KuvaError `vm-failed` when a limit is over; `vm-not-proven` when something else answers at the address
 */
export async function waitForMachine(options: ReadyOptions): Promise<Ssh> {
  const { secrets, host, onProgress, signal, limit = firstStart } = options;
  if (!(await hasHostKeys(secrets, host.id))) {
    onProgress?.('waiting for its first start');
    const keys = await waitUntil(
      {
        what: `${host.name} to print its host keys on the console`,
        limit,
        interval,
        remedy:
          'Look at its console: `openstack console log show`. An image without cloud-init, or an account that may not read the console, can not be used.',
        signal,
      },
      async () => {
        const found = hostKeysIn(await options.console());
        return found.length === 0 ? { notYet: 'the console does not show them' } : { found };
      },
    );
    await keepHostKeys(secrets, host.id, keys);
  }
  const ssh = await openSsh(secrets, host);
  onProgress?.('waiting for SSH');
  await waitUntil(
    {
      what: `SSH on ${host.name} (${host.address})`,
      limit: sshLimit,
      interval,
      remedy: 'Does the security group let the address in that you have now? `kuva cloud plan` shows it.',
      signal,
    },
    async () => ({ found: await ssh.run(['true'], { doing: 'log in', signal }) }),
  );
  onProgress?.('waiting for cloud-init');
  await waitUntil({ what: `cloud-init on ${host.name} to end`, limit, interval, signal }, async () => {
    // It exits with other codes than 0 for errors and warnings, which are not for us to judge.
    const status = await ssh.run(['sh', '-c', 'cloud-init status 2>/dev/null || true'], {
      doing: 'ask cloud-init',
      signal,
    });
    const ended = !/status: (running|not run|not started)/.test(status);
    return ended ? { found: true } : { notYet: status.trim().replaceAll('\n', ' ') };
  });
  return ssh;
}

/** What the set-up said, for an error that has to explain why there is none. */
export function setupLog(ssh: Ssh, signal?: AbortSignal): Promise<string> {
  return ssh.script(
    `tail -n 20 /var/log/cloud-init-output.log 2>/dev/null; cat ${layout.setupDone} 2>/dev/null; true`,
    [],
    {
      doing: "read cloud-init's log",
      signal,
    },
  );
}
