import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { onImages } from '../state/live.ts';
import type { Pages } from './usePages.ts';

/**
 * Images that were set aside since a list of them was loaded. An empty list loads them at once; one that somebody reads
 * is not pushed away under their hands.
 */
export function useFresh(pages: Pages): Signal<ReadonlySet<string>> {
  const fresh = useSignal<ReadonlySet<string>>(new Set());
  useEffect(
    () =>
      onImages((lines) => {
        const ids = lines
          .filter(({ state }) => state === 'rejected' || state === 'failed')
          .map(({ id }) => id);
        if (ids.length === 0) return;
        const state = pages.found.peek();
        if (state.is === 'there' && state.value.images.length > 0)
          fresh.value = new Set([...fresh.peek(), ...ids]);
        else pages.again();
      }),
    [],
  );
  return fresh;
}
