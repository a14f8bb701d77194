/** bubblewrap: a command that sees the system's programs, its own files and its folder, and no network. */
import { spawn } from 'node:child_process';

/** Of `/etc`, what programs need that open images and fonts; not the rest, where passwords may lie. */
const settings = [
  '/etc/alternatives',
  '/etc/fonts',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/ImageMagick-6',
  '/etc/ImageMagick-7',
  '/etc/localtime',
] as const;

const system = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/opt'] as const;

/**
 * The arguments for `bwrap` in front of a program and its own (bwrap(1)).
 * @param files that it may read beside the system's
 * @param folder the only one that it may write to
 */
export function sandboxArguments(files: readonly string[], folder: string): string[] {
  return [
    ...[...system, ...settings].flatMap((path) => ['--ro-bind-try', path, path]),
    ...['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp'],
    ...files.flatMap((path) => ['--ro-bind', path, path]),
    ...['--bind', folder, folder, '--chdir', folder],
    // No network, no other processes in sight; and it ends when whoever started it does, however.
    ...['--unshare-all', '--die-with-parent'],
    '--',
  ];
}

/** Why sandboxes cannot be had on this machine, by trying one; undefined when they can. */
export function sandboxFault(bubblewrap: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = '';
    const child = spawn(bubblewrap, [...sandboxArguments([], '/tmp'), '/usr/bin/env', 'true'], {
      env: { PATH: '/usr/bin:/bin' },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 10_000,
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-500);
    });
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('close', (code) => {
      resolve(code === 0 ? undefined : said.trim() || `it ended with ${code ?? 'a signal'}`);
    });
  });
}
