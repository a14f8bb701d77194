import { batch, signal } from '@preact/signals';
import { type About, type ImageLine, isAnswer, type Status } from '../server/answers.ts';
import { ask, Refusal } from '../server/ask.ts';
import { follow } from '../server/follow.ts';
import type { ServerEvent } from '../server/eventStream.ts';
import { ahead } from './now.ts';
import { needsLogin } from './session.ts';
import { say } from './say.ts';

export type Connection =
  | { readonly is: 'connecting' }
  | { readonly is: 'live' }
  /** What is shown is from `since` on old. */
  | { readonly is: 'cut'; readonly since: number; readonly retryAt: number };

export const connection = signal<Connection>({ is: 'connecting' });
export const about = signal<About | undefined>(undefined);
export const status = signal<Status | undefined>(undefined);

/** Goes up when what was shown may have missed something: views load again. */
export const generation = signal(0);

type Listener = (lines: readonly ImageLine[], total: number) => void;
const listeners = new Set<Listener>();

/** @returns call it to hear no more */
export function onImages(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

let stopping = new AbortController();

/** Begins to follow the server; again after a login. */
export function goLive(): void {
  stopping.abort();
  stopping = new AbortController();
  const { signal: stop } = stopping;
  void follow('events', { onOpen, onEvent, onCut }, stop);
}

function onOpen(resumed: boolean): void {
  const wasCut = connection.peek().is === 'cut';
  connection.value = { is: 'live' };
  if (wasCut) say('Connected again. What you see is up to date.');
  // The program may be another version, or have another recipe, after it was away.
  if (!resumed || wasCut || about.peek() === undefined) void load();
}

function onCut(retryIn: number, why: unknown): void {
  if (why instanceof Refusal && why.status === 401) {
    needsLogin.value = true;
    stopping.abort();
    return;
  }
  const before = connection.peek();
  const now = Date.now();
  if (before.is === 'live') say('The server does not answer. The page tries again by itself.', 'bad');
  connection.value = { is: 'cut', since: before.is === 'cut' ? before.since : now, retryAt: now + retryIn };
}

function onEvent({ event, data }: ServerEvent): void {
  if (event === 'reset') {
    void load();
    return;
  }
  const value: unknown = JSON.parse(data);
  if (event === 'status' && isAnswer('status', value)) take(value);
  if (event === 'images' && isAnswer('imagesEvent', value)) {
    for (const listener of listeners) listener(value.images, value.total);
  }
}

async function load(): Promise<void> {
  try {
    const [what, how] = await Promise.all([ask('about', 'about'), ask('status', 'status')]);
    batch(() => {
      about.value = what;
      take(how);
      generation.value++;
    });
  } catch {
    // The stream of events tells whether the server is there, and loads again when it is.
  }
}

function take(how: Status): void {
  ahead.value = Date.parse(how.now) - Date.now();
  status.value = how;
}
