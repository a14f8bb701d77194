import process from 'node:process';
import { exitCodes } from './exit.ts';
import type { Terminal } from './terminal.ts';

export interface Stopping {
  /** Aborted by the first Ctrl-C (or SIGTERM): take nothing new, finish what is under way. */
  readonly stop: AbortSignal;
  /** Aborted by the second one. The process ends a moment later, whatever it is doing. */
  readonly stopNow: AbortSignal;
  /** Ends it from within, as if Ctrl-C had been pressed. */
  readonly end: () => void;
  /** What to say at the first Ctrl-C about what is under way; nothing is said until this is set. */
  readonly explain: (underWay: () => string) => void;
  /** Takes the handlers off again. */
  readonly dispose: () => void;
}

/** Milliseconds that a process told to stop at once may still use to say goodbye to the database. */
const lastMoments = 500;

/**
 * Listens for Ctrl-C, SIGTERM and a closed terminal: once finishes what is under way and says so, twice stops at
 * once. Neither loses anything.
 */
export function listenForStop(terminal: Terminal): Stopping {
  let underWay: (() => string) | undefined;
  const stop = new AbortController();
  const stopNow = new AbortController();
  const onSignal = (): void => {
    if (!stop.signal.aborted) {
      stop.abort();
      if (underWay !== undefined) {
        terminal.errorLine(
          `\nStopping: ${underWay()} Press Ctrl-C again to stop at once; nothing is lost either way.`,
        );
      }
      return;
    }
    if (stopNow.signal.aborted) process.exit(exitCodes.incomplete);
    stopNow.abort();
    terminal.errorLine('Stopped at once. The next run finishes what was under way.');
    setTimeout(() => process.exit(exitCodes.incomplete), lastMoments).unref();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, onSignal);
  return {
    stop: stop.signal,
    stopNow: stopNow.signal,
    end: () => {
      stop.abort();
    },
    explain: (text) => {
      underWay = text;
    },
    dispose: () => {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}
