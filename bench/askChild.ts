import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Closing } from './closing.ts';
import { fromRoot } from './projectRoot.ts';

/** One question at a time; the answer is what the process sends. `end` has none: it ends the process. */
export type Ask = (question: object | string) => Promise<unknown>;

/**
 * Starts a module of the bench in a process of its own, which says that it is ready, and then answers.
 * @param module below the bench's folder, as built
 * @param setting what the module finds in BENCH_SETTING
 */
export async function startAsked(
  module: string,
  setting: object,
  closing: Closing,
): Promise<{ readonly pid: number; readonly ask: Ask }> {
  const child = fork(fromRoot(`dist-bench/bench/${module}`), {
    env: { PATH: '/usr/bin:/bin', BENCH_SETTING: JSON.stringify(setting) },
  });
  const ended = once(child, 'exit');
  closing.add(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const heard = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      child.once('message', resolve);
      void ended.then(() => {
        reject(new Error(`the process of ${module} has ended`));
      });
    });
  await heard();
  const ask: Ask = async (question) => {
    if (question === 'end') {
      child.send(question);
      await ended;
      return undefined;
    }
    const answer = heard();
    child.send(question);
    return answer;
  };
  return { pid: child.pid ?? -1, ask };
}
