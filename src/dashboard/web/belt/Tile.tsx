import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { ImageLine } from '../server/answers.ts';
import { inApi, inPage } from '../server/place.ts';
import { splitKey } from '../show.ts';

/** Milliseconds until a picture that was not ready is asked for again. */
const retries = [1_500, 4_000, 12_000];

/** One result on the sheet. Under the pointer, or focused, it shows what it was made from. */
export function Tile({ line }: { readonly line: ImageLine }): JSX.Element {
  const tries = useSignal(0);
  const state = useSignal<'loading' | 'there' | 'waits' | 'none'>('loading');
  const peek = useSignal<'no' | 'loading' | 'yes' | 'none'>('no');
  useEffect(() => {
    if (state.value !== 'waits') return;
    const timer = setTimeout(() => {
      tries.value++;
      state.value = 'loading';
    }, retries[tries.value]);
    return () => {
      clearTimeout(timer);
    };
  }, [state.value]);
  const look = (): void => {
    if (peek.value === 'no') peek.value = 'loading';
  };
  const away = (): void => {
    if (peek.value !== 'none') peek.value = 'no';
  };
  const { name } = splitKey(line.key);
  const place = inApi(`images/${line.id}/preview`);
  const hasPicture = state.value === 'loading' || state.value === 'there';
  return (
    <li class="tile">
      <a
        href={inPage(`/images/${line.id}`)}
        onPointerEnter={look}
        onPointerLeave={away}
        onFocus={look}
        onBlur={away}
      >
        <span class="well">
          {hasPicture && (
            <img
              key={tries.value}
              class={state.value}
              src={`${place}/after${tries.value > 0 ? `?try=${tries.value}` : ''}`}
              alt=""
              decoding="async"
              draggable={false}
              onLoad={() => {
                state.value = 'there';
              }}
              onError={() => {
                state.value = tries.value < retries.length ? 'waits' : 'none';
              }}
            />
          )}
          {state.value !== 'there' && <Blank line={line} />}
          {(peek.value === 'loading' || peek.value === 'yes') && state.value === 'there' && (
            <img
              class={`peek ${peek.value}`}
              src={`${place}/before`}
              alt=""
              onLoad={() => {
                peek.value = 'yes';
              }}
              onError={() => {
                peek.value = 'none';
              }}
            />
          )}
          {peek.value === 'yes' && <span class="tag">before</span>}
        </span>
        <span class="tile-name" title={line.key}>
          {name}
        </span>
      </a>
    </li>
  );
}

/** Stands for a picture that is not there: its own proportions, and what is known of it. */
function Blank({ line: { width, height, format } }: { readonly line: ImageLine }): JSX.Element {
  return (
    <span class="blank-words" aria-hidden="true">
      {format !== undefined && <b>{format}</b>}
      {width !== undefined && height !== undefined && (
        <span>
          {width} × {height}
        </span>
      )}
    </span>
  );
}
