/** What a decoder's reply is worth: whether it answers what was asked. */
import { describeEnding } from './ending.ts';
import type { Reply } from './decoder.ts';
import type { KuvaError } from '../../image/failure.ts';
import type { ImageAnswer } from './messages.ts';
import { toldFailure, unavailable } from './refusals.ts';
import type { Order } from './seat.ts';

type AnyAnswer = Extract<Reply, { kind: 'answer' }>['answer'];

/** Why a process did not get ready. */
export function whyNotReady(reply: Reply): KuvaError {
  if (reply.kind === 'ended') return unavailable(describeEnding(reply.ending));
  if (reply.kind === 'nonsense') return unavailable(reply.why);
  if (reply.answer.answer !== 'unfit') return unavailable('it answered something else');
  const { why, failure } = reply.answer;
  return failure === undefined ? unavailable(why) : toldFailure(failure);
}

/** The answer to an order, or what is wrong with it. */
export type Judgement =
  | { readonly fits: true; readonly answer: ImageAnswer; readonly blobs: readonly Buffer[] }
  | { readonly fits: false; readonly why: string };

export function judgeReply(order: Order, reply: Exclude<Reply, { kind: 'ended' }>): Judgement {
  if (reply.kind === 'nonsense') return { fits: false, why: reply.why };
  const { answer, blobs } = reply;
  if (isOfProcess(answer)) return { fits: false, why: 'an answer to something else' };
  const why = misfit(order, answer, blobs.length);
  return why === undefined ? { fits: true, answer, blobs } : { fits: false, why };
}

function isOfProcess(answer: AnyAnswer): answer is Exclude<AnyAnswer, ImageAnswer> {
  return answer.answer === 'ready' || answer.answer === 'unfit';
}

/** How an answer does not fit what was asked; undefined when it does. */
function misfit({ request }: Order, answer: ImageAnswer, blobs: number): string | undefined {
  if (answer.answer === 'refused') return undefined;
  if (request.ask === 'inspect' && answer.answer === 'facts') return undefined;
  if (request.ask === 'preview' && answer.answer === 'drawn')
    return blobs === 1 ? undefined : 'not one picture';
  if (request.ask === 'apply' && answer.answer === 'made') {
    const { recipe } = request;
    const names = answer.outputs.map(({ output }) => output).join('/');
    const wanted = Array.isArray(recipe.outputs) ? recipe.outputs.map(({ name }) => name).join('/') : '';
    return names === wanted && blobs === answer.outputs.length
      ? undefined
      : 'other outputs than the recipe has';
  }
  return 'an answer to something else';
}
