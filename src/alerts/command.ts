import { type ChildProcess, spawn } from 'node:child_process';
import { basename } from 'node:path';
import process from 'node:process';
import { KuvaError } from '../image/failure.ts';
import { showDuration } from '../image/quantity.ts';
import type { Hook } from './message.ts';

/** What the program gets of our environment: secrets are in the rest. */
const passedOn = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'SystemRoot'];

/** Characters that are kept of what it says on standard error, for the log. */
const mostOutput = 2_000;

/**
 * Runs a program with the alert as JSON on its standard input.
 * @param options `hide` takes secrets out of the text; `limit` in milliseconds: then it and what it started are killed
 */
export function commandHook(
  [program = '', ...args]: readonly string[],
  { hide, limit = 30_000 }: { readonly hide: (text: string) => string; readonly limit?: number },
): Hook {
  const name = basename(program);
  const fail = (why: string, cause?: unknown): KuvaError =>
    new KuvaError('alert-failed', {
      what: `The alert command ${name} ${why}`,
      data: 'Images are processed all the same.',
      remedy: 'Try it with `kuva alerts test`.',
      ...(cause !== undefined && { cause }),
    });
  return {
    name,
    send: (message) =>
      new Promise((resolve, reject) => {
        const env = Object.fromEntries(passedOn.map((key) => [key, process.env[key]]));
        // In a group of its own, so that what it starts can be ended with it.
        const child = spawn(program, args, { env, stdio: ['pipe', 'ignore', 'pipe'], detached: true });
        let said = '';
        let late = false;
        const timer = setTimeout(() => {
          late = true;
          killGroup(child);
        }, limit);
        child.stderr.setEncoding('utf8').on('data', (text: string) => {
          said = (said + text).slice(-mostOutput);
        });
        // It need not read it.
        child.stdin.on('error', () => undefined);
        child.stdin.end(`${hide(JSON.stringify(message))}\n`);
        child.on('error', (error) => {
          clearTimeout(timer);
          reject(fail(`could not be started: ${error.message}`, error));
        });
        child.on('exit', (code, signal) => {
          clearTimeout(timer);
          child.stderr.destroy();
          if (late) reject(fail(`took longer than ${showDuration(limit)} and was ended`));
          else if (code === 0) resolve();
          else
            reject(
              fail(`ended with ${code ?? signal ?? 'nothing'}${said === '' ? '' : `: ${oneLine(said)}`}`),
            );
        });
      }),
  };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
