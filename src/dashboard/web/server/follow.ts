import { send } from './ask.ts';
import { eventReader, type ServerEvent } from './eventStream.ts';

export interface Following {
  /** Events come again, after a pause or for the first time. `resumed`: none is missing in between. */
  readonly onOpen: (resumed: boolean) => void;
  readonly onEvent: (event: ServerEvent) => void;
  /** Nothing comes any more; it is tried again in `retryIn` milliseconds. */
  readonly onCut: (retryIn: number, why: unknown) => void;
}

/** The server sends a heartbeat every 15 s: more than two that are missing mean a dead line that nobody closed. */
const silence = 35_000;
const shortest = 500;
const longest = 10_000;

/**
 * Follows the server's events until `stop` is aborted. Not EventSource: that one gives up for good on an answer such as
 * 502, forgets the last id when it is opened again, and cannot see heartbeats.
 */
export async function follow(path: string, told: Following, stop: AbortSignal): Promise<void> {
  let lastId: string | undefined;
  let wait = shortest;
  // A call: the compiler believes that what it has seen once stays so, and another one aborts it meanwhile.
  const isOver = (): boolean => stop.aborted;
  while (!isOver()) {
    const attempt = new AbortController();
    const signal = AbortSignal.any([stop, attempt.signal]);
    let alarm = setTimeout(() => undefined, 0);
    const watch = (): void => {
      clearTimeout(alarm);
      alarm = setTimeout(() => {
        attempt.abort();
      }, silence);
    };
    try {
      watch();
      const headers: Record<string, string> = { Accept: 'text/event-stream' };
      if (lastId !== undefined) headers['Last-Event-ID'] = lastId;
      const { body } = await send(path, { headers, cache: 'no-store', signal });
      if (body === null) throw new Error('no body');
      told.onOpen(lastId !== undefined);
      const read = eventReader();
      const reader = body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        wait = shortest;
        watch();
        for (const event of read(value)) {
          lastId = event.id ?? lastId;
          told.onEvent(event);
        }
      }
      throw new Error('the stream ended');
    } catch (thrown) {
      clearTimeout(alarm);
      if (isOver()) return;
      told.onCut(wait, thrown);
      await pause(wait, stop);
      wait = Math.min(longest, wait * 1.7);
    }
  }
}

/** Waits; a tab that comes to the front, or a network that is back, ends the wait early. */
function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = new AbortController();
    const end = (): void => {
      done.abort();
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    const { signal } = done;
    stop.addEventListener('abort', end, { signal });
    globalThis.addEventListener('online', end, { signal });
    document.addEventListener(
      'visibilitychange',
      () => {
        if (!document.hidden) end();
      },
      { signal },
    );
  });
}
