import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { Refusal } from '../server/ask.ts';
import { generation } from './live.ts';

/** What a view asked the server for. */
export type Asked<T> =
  | { readonly is: 'loading' }
  | { readonly is: 'there'; readonly value: T }
  | { readonly is: 'refused'; readonly why: Refusal };

/**
 * Asks when the view appears, when a signal that `path` reads changes, and when the server is back after a cut. What is
 * there stays to be seen until the next answer comes; an answer that comes too late is dropped.
 */
export function useAsked<T>(load: (stop: AbortSignal) => Promise<T> | undefined): Signal<Asked<T>> {
  const state = useSignal<Asked<T>>({ is: 'loading' });
  useSignalEffect(() => {
    const again = generation.value > 1;
    const stopping = new AbortController();
    const asked = load(stopping.signal);
    if (asked === undefined) return;
    if (!again && state.peek().is === 'refused') state.value = { is: 'loading' };
    asked.then(
      (value) => {
        if (!stopping.signal.aborted) state.value = { is: 'there', value };
      },
      (thrown: unknown) => {
        if (stopping.signal.aborted) return;
        const why = toRefusal(thrown);
        // A view that has something to show keeps it while the server is away.
        if (why.status !== 0 || state.peek().is !== 'there') state.value = { is: 'refused', why };
      },
    );
    return () => {
      stopping.abort();
    };
  });
  return state;
}

export function toRefusal(thrown: unknown): Refusal {
  if (thrown instanceof Refusal) return thrown;
  const what = thrown instanceof Error ? thrown.message : String(thrown);
  return new Refusal(0, { code: 'internal', what: `Something unexpected happened in the page: ${what}` });
}
