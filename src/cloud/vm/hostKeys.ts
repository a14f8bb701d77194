import { KuvaError } from '../../image/failure.ts';

const block = /-----BEGIN SSH HOST KEY KEYS-----\r?\n([\s\S]*?)-----END SSH HOST KEY KEYS-----/g;
const keyLine =
  /(?:^|\s)((?:ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521)|ssh-rsa) [A-Za-z0-9+/]{40,}={0,2})(?=\s|$)/;

/**
 * The host keys that a machine printed on its console (cloud-init's module keys_to_console). Only the machine itself can
 * write there, and only the cloud hands it out, over TLS: this is how the first connection is safe already.
 * @param console what Nova's `os-getConsoleOutput` gives; kernel messages may stand between the lines
 * @returns `type base64` each; empty while the machine has not printed them
 */
export function hostKeysIn(console: string): readonly string[] {
  // The last whole block: a machine that was made anew under the same id has other keys.
  const last = [...console.matchAll(block)].at(-1)?.[1] ?? '';
  const keys = last.split('\n').flatMap((line) => keyLine.exec(line)?.[1] ?? []);
  return [...new Set(keys)];
}

/**
 * Lines for a `known_hosts` file.
 * @param alias the name that `ssh` looks for: see `HostKeyAlias` in ssh_config(5)
 */
export function knownHosts(alias: string, keys: readonly string[]): string {
  if (keys.length === 0) {
    throw new KuvaError('vm-not-proven', {
      what: 'There are no host keys to know the machine by',
      data: 'Nothing was sent to it.',
    });
  }
  return keys.map((key) => `${alias} ${key}\n`).join('');
}
