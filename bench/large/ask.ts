import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Closing } from '../closing.ts';
import { fromRoot } from '../projectRoot.ts';
import { type Answer, answerSchema, type Question, type Setting } from './question.ts';

/** Starts the process that looks. Asks it one thing at a time. */
export async function startLooker(
  setting: Setting,
  closing: Closing,
): Promise<(question: Question) => Promise<Answer | undefined>> {
  const child = fork(fromRoot('dist-bench/bench/large/looker.js'), {
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
        reject(new Error('the process that looks has ended'));
      });
    });
  await heard();
  return async (question) => {
    if (question === 'end') {
      child.send(question);
      await ended;
      return undefined;
    }
    const answer = heard();
    child.send(question);
    return answerSchema.parse(await answer);
  };
}
