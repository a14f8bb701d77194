import { type Answers, isAnswer } from './answers.ts';
import { inApi } from './place.ts';
import { needsLogin } from '../state/session.ts';

/** What the server answered instead of what was asked for; `code` is one of the program's failure codes, or its own. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: string;
  readonly data: string | undefined;
  readonly remedy: string | undefined;

  constructor(status: number, told: { code: string; what: string; data?: string; remedy?: string }) {
    super(told.what);
    this.status = status;
    this.code = told.code;
    this.data = told.data;
    this.remedy = told.remedy;
  }
}

/** Every request that changes something says so: a form on another site cannot set this header. */
export const saysKuva = { 'X-Kuva': '1' } as const;

/** Asks the API of the page's own server. @param path under `/api/v1/` @throws Refusal */
export async function ask<Name extends keyof Answers>(
  name: Name,
  path: string,
  options: RequestInit = {},
): Promise<Answers[Name]> {
  const answer: unknown = await (await send(path, options)).json();
  if (!isAnswer(name, answer)) throw new Refusal(200, unclear);
  return answer;
}

/** @throws Refusal, also when no answer comes at all: status 0 */
export async function send(path: string, options: RequestInit = {}): Promise<Response> {
  const changes = options.method !== undefined && options.method !== 'GET';
  const headers = new Headers(options.headers);
  if (changes) for (const [name, value] of Object.entries(saysKuva)) headers.set(name, value);
  const answer = await fetch(inApi(path), {
    credentials: 'same-origin',
    ...options,
    headers,
  }).catch((thrown: unknown) => {
    if (thrown instanceof DOMException && thrown.name === 'AbortError') throw thrown;
    throw new Refusal(0, cutOff);
  });
  if (answer.ok) return answer;
  throw refusalOf(answer.status, await answer.json().catch(() => undefined));
}

export function post<Name extends keyof Answers>(
  name: Name,
  path: string,
  body: unknown,
): Promise<Answers[Name]> {
  return ask(name, path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** The error of an answer that is not a success; a missing login sends every view there. */
export function refusalOf(status: number, body: unknown): Refusal {
  if (status === 401) needsLogin.value = true;
  const error = isMap(body) && isMap(body['error']) ? body['error'] : {};
  const text = (name: string): string | undefined => {
    const value = error[name];
    return typeof value === 'string' ? value : undefined;
  };
  const [data, remedy] = [text('data'), text('remedy')];
  return new Refusal(status, {
    code: text('code') ?? 'internal',
    what: text('what') ?? `The server answered with status ${status}`,
    ...(data !== undefined && { data }),
    ...(remedy !== undefined && { remedy }),
  });
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

const unclear = { code: 'internal', what: 'The server gave an answer that makes no sense' };
const cutOff = {
  code: 'cut-off',
  what: 'The server does not answer',
  data: 'Nothing is lost: the images and the ledger are not kept in this page.',
  remedy: 'The page goes on by itself when it answers again.',
};
