import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { inApi } from '../server/place.ts';

/** A small picture in a list; a quiet place where there is none. */
export function Thumb({ id, side }: { readonly id: string; readonly side: 'before' | 'after' }): JSX.Element {
  const there = useSignal(true);
  return (
    <span class="thumb well" aria-hidden="true">
      {there.value ? (
        <img
          src={inApi(`images/${id}/preview/${side}`)}
          alt=""
          loading="lazy"
          decoding="async"
          onError={() => {
            there.value = false;
          }}
        />
      ) : (
        <svg viewBox="0 0 24 24" width="20" height="20">
          <path d="M4 5h16v14H4zM4 19L20 5" fill="none" stroke="currentColor" stroke-width="1.3" />
        </svg>
      )}
    </span>
  );
}
