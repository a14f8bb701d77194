import { startAsked } from '../askChild.ts';
import type { Closing } from '../closing.ts';
import { type Answer, answerSchema, type Question, type Setting } from './question.ts';

/** Starts the process that looks. Asks it one thing at a time. */
export async function startLooker(
  setting: Setting,
  closing: Closing,
): Promise<(question: Question) => Promise<Answer | undefined>> {
  const { ask } = await startAsked('large/looker.js', setting, closing);
  return async (question) => {
    const answer = await ask(question);
    return question === 'end' ? undefined : answerSchema.parse(answer);
  };
}
