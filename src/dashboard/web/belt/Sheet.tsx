import { useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { ask } from '../server/ask.ts';
import { plural } from '../show.ts';
import { useAsked } from '../state/asked.ts';
import { onImages } from '../state/live.ts';
import { add, begin, columns, held, missed, paused, rows, schedule, still, tiles } from '../state/sheet.ts';
import { Tile } from './Tile.tsx';

/** The contact sheet: the latest results as pictures, as they come. */
export function Sheet(): JSX.Element {
  const list = useRef<HTMLUListElement>(null);
  const latest = useAsked((signal) => ask('images', 'images?state=done&limit=72', { signal }));
  useSignalEffect(() => {
    if (latest.value.is === 'there') begin(latest.value.value.images);
  });
  useEffect(() => onImages(add), []);
  useEffect(() => {
    if (list.current === null) return;
    const measure = new ResizeObserver(([entry]) => {
      if (entry === undefined) return;
      const style = getComputedStyle(entry.target);
      columns.value = Math.max(1, style.gridTemplateColumns.split(' ').length);
      const tile = entry.contentRect.width / columns.value;
      rows.value = Math.min(12, Math.max(4, Math.ceil(innerHeight / Math.max(80, tile))));
    });
    measure.observe(list.current);
    return () => {
      measure.disconnect();
    };
  }, []);
  useSignalEffect(() => {
    if (!still.value) schedule();
  });
  useEffect(
    () => () => {
      held.value = false;
    },
    [],
  );
  const state = latest.value;
  const empty = tiles.value.length === 0;
  return (
    <section class="sheet" aria-labelledby="sheet-title">
      <header>
        <h2 id="sheet-title">Latest results</h2>
        <p class="hint">
          {still.value && missed.value > 0
            ? `${plural(missed.value, 'more image')} since this stands still`
            : held.value && !paused.value
              ? 'stands still while you look'
              : ''}
        </p>
        <button
          type="button"
          class="quiet"
          aria-pressed={paused.value}
          onClick={() => {
            paused.value = !paused.value;
          }}
        >
          {paused.value ? 'Go on' : 'Pause'}
        </button>
      </header>
      <ul
        ref={list}
        class="tiles"
        onPointerEnter={(event) => {
          if (event.pointerType === 'mouse') held.value = true;
        }}
        onPointerLeave={() => {
          held.value = list.current?.contains(document.activeElement) === true;
        }}
        onFocusIn={() => {
          held.value = true;
        }}
        onFocusOut={(event) => {
          if (
            !(event.relatedTarget instanceof Node && list.current?.contains(event.relatedTarget) === true)
          ) {
            held.value = false;
          }
        }}
      >
        {tiles.value.map((line) => (
          <Tile key={line.id} line={line} />
        ))}
        {empty &&
          state.is === 'loading' &&
          Array.from({ length: 18 }, (_, at) => <li key={at} class="tile blank" aria-hidden="true" />)}
      </ul>
      {empty && state.is === 'there' && (
        <p class="nothing">Nothing is done yet. The first result appears here as soon as there is one.</p>
      )}
      {empty && state.is === 'refused' && (
        <p class="nothing bad">
          {state.why.message}. {state.why.remedy}
        </p>
      )}
    </section>
  );
}
