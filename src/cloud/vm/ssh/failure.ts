import { KuvaError } from '../../../image/failure.ts';
import type { SshHost } from './host.ts';

/** Why there is no connection, from what OpenSSH's client says. */
export function connectionFailure(host: SshHost, complaint: string): KuvaError {
  const last = lastLines(complaint, 2);
  const where = `${host.name} (${host.address})`;
  if (/host key verification failed|host identification has changed|no matching host key/i.test(complaint)) {
    return new KuvaError('vm-not-proven', {
      what: `What answers at ${where} has another host key than the machine printed on its console`,
      data: 'Nothing was sent to it.',
      remedy:
        'Another machine may have taken over the address, or somebody is between. Compare with `openstack console log show`; if you made the machine anew by hand, run `kuva cloud up`.',
    });
  }
  if (/permission denied/i.test(complaint)) {
    return new KuvaError('vm-unreachable', {
      what: `${where} does not let us in: ${last}`,
      remedy: 'It was set up with another SSH key: is this the machine, or the private folder, that made it?',
    });
  }
  return new KuvaError('vm-unreachable', {
    what: `There is no SSH connection to ${where}: ${last === '' ? 'ssh ended without a word' : last}`,
    remedy:
      'Is the machine running, and does the security group let your address in? `kuva cloud plan` shows both.',
  });
}

export function remoteFailure(host: SshHost, doing: string, code: number, output: string): KuvaError {
  return new KuvaError('vm-failed', {
    what: `${host.name} could not ${doing} (exit code ${code}): ${lastLines(output, 5)}`,
    data: 'Images are safe: what was not finished is done again by the next worker that runs.',
  });
}

function lastLines(text: string, count: number): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(-count)
    .join('; ');
}
