/** A machine that commands are run on, by the system's OpenSSH client with a configuration of our own. */
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { KuvaError } from '../../../image/failure.ts';
import type { CloudSecrets } from '../../secrets/cloudSecrets.ts';
import { readPrivateFile, replacePrivateFile } from '../../secrets/privateFile.ts';
import { knownHosts } from '../hostKeys.ts';
import { sshConfig } from './config.ts';
import { aliasOf, type SshHost } from './host.ts';
import { quoteCommand } from './quote.ts';
import { connectionFailure, remoteFailure } from './failure.ts';

export interface RunOptions {
  /** What the command reads. Secrets go this way, and this way only. */
  readonly input?: string | Readable;
  /** For the error, after "could not": "put the release on it". */
  readonly doing: string;
  readonly signal?: AbortSignal | undefined;
}

export interface Ssh {
  readonly host: SshHost;
  /**
   * Runs a program on the machine and returns what it wrote. Its words are in the machine's list of processes.
   * @throws KuvaError `vm-unreachable`, `vm-not-proven`; `vm-failed` when the program ended with another code than 0
   */
  run(words: readonly string[], options: RunOptions): Promise<string>;
  /** The same as root, for a script of the POSIX shell with its arguments. */
  script(text: string, args: readonly string[], options: RunOptions): Promise<string>;
  /** Program and arguments for a connection by hand; give it the terminal. */
  commandLine(
    words?: readonly string[],
    options?: { readonly terminal?: boolean },
  ): readonly [string, ...string[]];
}

/** Where the host keys of a machine are kept. */
function knownHostsFile(secrets: CloudSecrets, id: string): string {
  return join(secrets.folder, 'hosts', id, 'known_hosts');
}

/** Keeps what the console said, for all connections to come. */
export async function keepHostKeys(
  secrets: CloudSecrets,
  id: string,
  keys: readonly string[],
): Promise<void> {
  const text = knownHosts(aliasOf({ id }), keys);
  await mkdir(join(secrets.folder, 'hosts', id), { recursive: true, mode: 0o700 });
  await replacePrivateFile(knownHostsFile(secrets, id), text);
}

/** Are there host keys of this machine already? */
export async function hasHostKeys(secrets: CloudSecrets, id: string): Promise<boolean> {
  return (await readPrivateFile(knownHostsFile(secrets, id))) !== undefined;
}

/**
 * Prepares connections to a machine whose host keys are kept (and those of the ones on the way to it).
 * @throws KuvaError `vm-not-proven` when they are not
 */
export async function openSsh(secrets: CloudSecrets, host: SshHost): Promise<Ssh> {
  const knownHostsFiles: string[] = [];
  for (let one: SshHost | undefined = host; one !== undefined; one = one.via) {
    if (!(await hasHostKeys(secrets, one.id))) {
      throw new KuvaError('vm-not-proven', {
        what: `The host keys of ${one.name} are not known on this machine, so that it can't be told from another one`,
        data: 'Nothing was sent to it.',
        remedy: 'Run `kuva cloud up` here: it reads them from the console of the machine.',
      });
    }
    knownHostsFiles.push(knownHostsFile(secrets, one.id));
  }
  const { privateKeyFile } = await secrets.sshKey();
  const file = join(secrets.folder, 'hosts', host.id, 'ssh_config');
  await replacePrivateFile(file, sshConfig(host, { privateKeyFile, knownHostsFiles }));
  const commandLine: Ssh['commandLine'] = (words = [], { terminal = true } = {}) => [
    'ssh',
    '-F',
    file,
    terminal ? '-t' : '-T',
    aliasOf(host),
    // ssh hands its words to the other machine's shell, joined by spaces: they are quoted for that one.
    ...(words.length === 0 ? [] : [quoteCommand(words)]),
  ];
  const run: Ssh['run'] = async (words, options) =>
    runOnce(host, commandLine(words, { terminal: false }), options);
  return {
    host,
    run,
    script: (text, args, options) => run(['sudo', '-n', '/bin/sh', '-c', text, 'kuva', ...args], options),
    commandLine,
  };
}

async function runOnce(
  host: SshHost,
  [program, ...args]: readonly [string, ...string[]],
  { input = '', doing, signal }: RunOptions,
): Promise<string> {
  const child = spawn(program, args, { stdio: 'pipe', signal, killSignal: 'SIGTERM' });
  const said: Buffer[] = [];
  const complained: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => complained.push(chunk));
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve(code ?? 255);
    });
  });
  try {
    const [code] = await Promise.all([ended, give(input, child.stdin)]);
    if (code === 0) return Buffer.concat(said).toString('utf8');
    const complaint = Buffer.concat(complained).toString('utf8');
    // 255 is ssh's own (ssh(1), "Exit status").
    throw code === 255
      ? connectionFailure(host, complaint)
      : remoteFailure(host, doing, code, `${Buffer.concat(said).toString('utf8')}\n${complaint}`);
  } catch (thrown) {
    if (signal?.aborted === true) {
      throw new KuvaError('interrupted', { what: `Stopped while trying to ${doing}`, cause: thrown });
    }
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') {
      throw new KuvaError('vm-unreachable', {
        what: 'There is no program `ssh` on this machine',
        remedy: "Install OpenSSH's client (Debian and Ubuntu: apt install openssh-client).",
        cause: thrown,
      });
    }
    throw thrown;
  }
}

/** Somebody who does not read to the end says why by the exit code. */
async function give(input: string | Readable, to: NodeJS.WritableStream): Promise<void> {
  try {
    await pipeline(typeof input === 'string' ? [input] : input, to);
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
    if (code !== 'EPIPE' && code !== 'ERR_STREAM_PREMATURE_CLOSE' && code !== 'ECONNRESET') throw thrown;
  }
}
