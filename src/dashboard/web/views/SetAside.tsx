import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { titleOfCode } from '../image/Reason.tsx';
import { AsideRow } from '../lists/AsideRow.tsx';
import { More } from '../lists/More.tsx';
import { RetryButton } from '../lists/RetryButton.tsx';
import { useFresh } from '../lists/useFresh.ts';
import { usePages } from '../lists/usePages.ts';
import { Waiting } from '../parts/Waiting.tsx';
import { inPage } from '../server/place.ts';
import { plural, showCount } from '../show.ts';
import { about, status } from '../state/live.ts';
import { go, query } from '../state/route.ts';

/** The images that need somebody: each with its reason and what to do. */
export function SetAside(): JSX.Element {
  const pages = usePages(() => 'state=rejected&state=failed&limit=50');
  const fresh = useFresh(pages);
  const chosen = useSignal<ReadonlySet<string>>(new Set());
  const code = useComputed(() => query.value.get('code'));
  const state = pages.found.value;
  if (state.is !== 'there') return <Waiting asked={state} what="The list" />;
  const images = state.value.images.filter((line) => code.value === null || line.code === code.value);
  const kinds = new Map<string, number>();
  for (const { code, state, count } of status.value?.failures ?? [])
    if (state === 'rejected' || state === 'failed') kinds.set(code, (kinds.get(code) ?? 0) + count);
  const total = [...kinds.values()].reduce((sum, count) => sum + count, 0);
  const again = (): void => {
    chosen.value = new Set();
    fresh.value = new Set();
    pages.again();
  };
  if (state.value.images.length === 0 && state.value.next === undefined) {
    return (
      <div class="centre calm">
        <h1>Nothing is set aside</h1>
        <p>
          Every image that was taken could be processed. One that cannot appears here with its reason, and
          stays where it is.
        </p>
      </div>
    );
  }
  const ids = images.map(({ id }) => id);
  const picked = ids.filter((id) => chosen.value.has(id));
  return (
    <div class="list-view">
      <header class="view-head">
        <h1>Set aside</h1>
        <p class="hint">
          {plural(total, 'image')} could not be processed. They lie where they were put, unchanged; the others
          went on.
        </p>
      </header>
      <div class="filters" role="group" aria-label="Reasons">
        <button
          type="button"
          class="chip"
          aria-pressed={code.value === null}
          onClick={() => {
            go(inPage('/set-aside'), 'replace');
          }}
        >
          All <span>{showCount(total)}</span>
        </button>
        {[...kinds].map(([kind, count]) => (
          <button
            key={kind}
            type="button"
            class="chip"
            aria-pressed={code.value === kind}
            onClick={() => {
              go(inPage(`/set-aside?code=${encodeURIComponent(kind)}`), 'replace');
            }}
          >
            {titleOfCode(kind)} <span>{showCount(count)}</span>
          </button>
        ))}
      </div>
      {about.value?.readOnly === false && (
        <div class="bulk">
          <label class="check">
            <input
              type="checkbox"
              checked={picked.length > 0 && picked.length === ids.length}
              onChange={(event) => {
                chosen.value = new Set(event.currentTarget.checked ? ids : []);
              }}
            />
            {picked.length === 0 ? 'Choose all shown' : `${showCount(picked.length)} chosen`}
          </label>
          <RetryButton ids={picked} label="Try the chosen again" onDone={again} />
          <RetryButton label={`Try all ${showCount(total)} again`} onDone={again} />
        </div>
      )}
      {fresh.value.size > 0 && (
        <p class="more">
          <button type="button" onClick={again}>
            Show {plural(fresh.value.size, 'image')} set aside meanwhile
          </button>
        </p>
      )}
      <ul class="aside-list">
        {images.map((line) => (
          <AsideRow
            key={line.id}
            line={line}
            chosen={chosen.value.has(line.id)}
            onChoose={(on) => {
              const next = new Set(chosen.value);
              if (on) next.add(line.id);
              else next.delete(line.id);
              chosen.value = next;
            }}
            onDone={again}
          />
        ))}
      </ul>
      <More pages={pages} />
    </div>
  );
}
