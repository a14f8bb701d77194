import type { Follower } from './follower.ts';

export interface StreamOptions {
  readonly follower: Follower;
  /** What a browser sends when it comes back after a cut. */
  readonly lastEventId: string | undefined;
  /** Asked now and then: a session may end while a page is open. */
  readonly mayRead: () => boolean;
  /** Told once, when it is over, however. */
  readonly onEnd: () => void;
  readonly signal: AbortSignal;
}

/** Milliseconds. Shows both sides that the other is still there; many proxies end what is silent for a minute. */
const heartbeat = 15_000;
/** Milliseconds after which a browser comes back after a cut. */
const comeBack = 1_000;
/** Bytes that are handed over at once. */
const mostAtOnce = 256_000;

const encoder = new TextEncoder();
const beat = encoder.encode(': still here\n\n');

/**
 * The events for one page, from now on or from where it was cut. Nothing is kept for a page that reads slowly: it takes
 * its next events out of what all share when it is ready for more.
 */
export function eventStream({
  follower,
  lastEventId,
  mayRead,
  onEnd,
  signal,
}: StreamOptions): ReadableStream<Uint8Array> {
  const { ring } = follower;
  const leave = follower.join();
  const resumed = lastEventId === undefined ? undefined : ring.numberOf(lastEventId);
  let place = resumed ?? ring.last;
  const first: Uint8Array[] = [encoder.encode(`retry: ${comeBack}\n\n`)];
  if (lastEventId !== undefined && resumed === undefined) first.push(ring.single('reset', place, {}));
  else if (resumed === undefined && follower.status !== undefined)
    first.push(ring.single('status', place, follower.status));
  let over = false;
  let cancelled = false;
  let wake: (() => void) | undefined;
  const end = (): void => {
    if (over) return;
    over = true;
    wake?.();
    signal.removeEventListener('abort', end);
    leave();
    onEnd();
  };
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();

  const next = async (): Promise<Uint8Array | undefined> => {
    const greeting = first.shift();
    if (greeting !== undefined) return greeting;
    if (over) return undefined;
    const waiting = ring.after(place);
    if (waiting === undefined) {
      place = ring.last;
      return ring.single('reset', place, {});
    }
    if (waiting.length > 0) {
      const pieces: Uint8Array[] = [];
      let bytes = 0;
      for (const sent of waiting) {
        if (bytes > 0 && bytes + sent.bytes.length > mostAtOnce) break;
        pieces.push(sent.bytes);
        bytes += sent.bytes.length;
        place = sent.number;
      }
      return Buffer.concat(pieces);
    }
    const came = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => {
        resolve(false);
      }, heartbeat);
      const forget = ring.onNext(() => {
        resolve(true);
      });
      wake = () => {
        resolve(true);
      };
      void Promise.resolve().then(() => over && wake?.());
      cleanUp = () => {
        clearTimeout(timer);
        forget();
      };
    }).finally(() => {
      cleanUp();
    });
    if (came) return next();
    if (mayRead()) return beat;
    end();
    return undefined;
  };
  let cleanUp = (): void => undefined;

  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const bytes = await next();
        if (cancelled) return;
        if (bytes === undefined) {
          end();
          controller.close();
        } else controller.enqueue(bytes);
      },
      cancel: () => {
        cancelled = true;
        end();
      },
    },
    { highWaterMark: 0 },
  );
}
