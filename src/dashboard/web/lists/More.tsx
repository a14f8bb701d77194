import type { JSX } from 'preact';
import { showTime } from '../show.ts';
import type { Pages } from './usePages.ts';

export function More({ pages }: { readonly pages: Pages }): JSX.Element | null {
  const state = pages.found.value;
  if (state.is !== 'there' || state.value.next === undefined) return null;
  const { searchedTo } = state.value;
  return (
    <p class="more">
      <button type="button" disabled={pages.loading.value} onClick={pages.more}>
        {pages.loading.value ? 'Looking…' : searchedTo === undefined ? 'Show more' : 'Search further back'}
      </button>
      {searchedTo !== undefined && <span class="hint">searched back to {showTime(searchedTo)}</span>}
    </p>
  );
}
