import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import type { ImageLine } from '../server/answers.ts';
import { ask } from '../server/ask.ts';
import { type Asked, toRefusal } from '../state/asked.ts';
import { dependsOn } from '../state/dependsOn.ts';
import { generation } from '../state/live.ts';

export interface Found {
  readonly images: readonly ImageLine[];
  readonly next: string | undefined;
  /** A long search answers in pieces: so far it has looked at all images down to this time. */
  readonly searchedTo: string | undefined;
}

export interface Pages {
  readonly found: Signal<Asked<Found>>;
  readonly more: () => void;
  readonly loading: Signal<boolean>;
  readonly again: () => void;
}

/** A list of images that grows page by page. @param filter read as a signal: the query of `/images` */
export function usePages(filter: () => string): Pages {
  const found = useSignal<Asked<Found>>({ is: 'loading' });
  const loading = useSignal(false);
  const turn = useSignal(0);
  useSignalEffect(() => {
    dependsOn(generation, turn);
    const query = filter();
    const stopping = new AbortController();
    loading.value = true;
    load(query, undefined, stopping.signal).then(
      (value) => {
        if (stopping.signal.aborted) return;
        found.value = { is: 'there', value };
        loading.value = false;
      },
      (thrown: unknown) => {
        if (stopping.signal.aborted) return;
        found.value = { is: 'refused', why: toRefusal(thrown) };
        loading.value = false;
      },
    );
    return () => {
      stopping.abort();
    };
  });
  const more = async (): Promise<void> => {
    const before = found.peek();
    if (before.is !== 'there' || before.value.next === undefined || loading.peek()) return;
    loading.value = true;
    try {
      const page = await load(filter(), before.value.next);
      // Somebody may have asked for something else meanwhile.
      if (found.peek() !== before) return;
      const images = [...before.value.images, ...page.images];
      found.value = { is: 'there', value: { ...page, images } };
    } catch (thrown) {
      found.value = { is: 'refused', why: toRefusal(thrown) };
    } finally {
      loading.value = false;
    }
  };
  return {
    found,
    loading,
    more: () => void more(),
    again: () => {
      turn.value++;
    },
  };
}

async function load(query: string, cursor: string | undefined, signal?: AbortSignal): Promise<Found> {
  const parameters = new URLSearchParams(query);
  if (cursor !== undefined) parameters.set('cursor', cursor);
  const path = `images?${parameters.toString()}`;
  const { images, next, searchedTo } = await ask('images', path, signal === undefined ? {} : { signal });
  return { images, next, searchedTo };
}
