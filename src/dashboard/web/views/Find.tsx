import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { imageStates } from '../../../image/state.ts';
import { FoundRow } from '../lists/FoundRow.tsx';
import { More } from '../lists/More.tsx';
import { filterOf, localTime, termOf, withState, withTerm, withTime, withWhere } from '../lists/search.ts';
import { useNewer } from '../lists/useNewer.ts';
import { usePages } from '../lists/usePages.ts';
import { StateMark } from '../parts/StateMark.tsx';
import { Waiting } from '../parts/Waiting.tsx';
import { inApi, inPage } from '../server/place.ts';
import { go, query } from '../state/route.ts';

/** Milliseconds after the last key until it is searched. */
const rest = 250;

/** Search the ledger. The address has the whole search, so that it can be kept and shared. */
export function Find(): JSX.Element {
  const filter = useComputed(() => filterOf(query.value));
  const pages = usePages(() => `${filter.value}${filter.value === '' ? '' : '&'}limit=50`);
  const newer = useNewer(pages, query);
  const timer = useRef(setTimeout(() => undefined, 0));
  const search = (next: URLSearchParams): void => {
    const text = next.toString();
    go(inPage(text === '' ? '/images' : `/images?${text}`), 'replace');
  };
  const states = query.value.getAll('state');
  return (
    <div class="list-view">
      <header class="view-head">
        <h1>Find</h1>
        <a class="button" href={inApi(`images.csv${filter.value === '' ? '' : `?${filter.value}`}`)} download>
          All of these as CSV
        </a>
      </header>
      <form
        class="search"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
        }}
      >
        <div class="field wide">
          <label for="find-term">Name or SHA-256</label>
          <input
            id="find-term"
            type="search"
            value={termOf(query.value)}
            placeholder="cat, or scans/2026-*/*.tif, or a hash"
            spellcheck={false}
            autocomplete="off"
            onInput={(event) => {
              const { value } = event.currentTarget;
              clearTimeout(timer.current);
              timer.current = setTimeout(() => {
                search(withTerm(query.value, value));
              }, rest);
            }}
          />
        </div>
        <div class="field wide">
          <label for="find-where">Facts</label>
          <input
            id="find-where"
            type="text"
            value={query.value.get('where') ?? ''}
            placeholder="blur < 0.2 and exif.model = 'X100'"
            title="As kuva log --where takes it; looked for when you press Enter or leave the field"
            spellcheck={false}
            autocomplete="off"
            autocapitalize="off"
            onChange={(event) => {
              search(withWhere(query.value, event.currentTarget.value));
            }}
          />
        </div>
        {(['since', 'until'] as const).map((field) => (
          <div key={field} class="field">
            <label for={`find-${field}`}>{field === 'since' ? 'From' : 'To'}</label>
            <input
              id={`find-${field}`}
              type="datetime-local"
              value={localTime(query.value.get(field))}
              onChange={(event) => {
                search(withTime(query.value, field, event.currentTarget.value));
              }}
            />
          </div>
        ))}
        <div class="filters" role="group" aria-label="States">
          {imageStates.map((state) => (
            <button
              key={state}
              type="button"
              class="chip"
              aria-pressed={states.includes(state)}
              onClick={() => {
                search(withState(query.value, state, !states.includes(state)));
              }}
            >
              <StateMark state={state} />
            </button>
          ))}
        </div>
      </form>
      {newer.value && (
        <p class="more">
          <button type="button" onClick={pages.again}>
            Show newer images
          </button>
        </p>
      )}
      <Results pages={pages} />
    </div>
  );
}

function Results({ pages }: { readonly pages: ReturnType<typeof usePages> }): JSX.Element {
  const state = pages.found.value;
  if (state.is !== 'there') return <Waiting asked={state} what="The list" />;
  const { images, next } = state.value;
  return (
    <>
      {images.length === 0 ? (
        <p class="nothing">
          {next === undefined
            ? 'No image matches. A name is searched as it is written: capitals count.'
            : 'None of the newest images matches.'}
        </p>
      ) : (
        <div class="table-wrap" aria-busy={pages.loading.value}>
          <table>
            <thead>
              <tr>
                <th scope="col">
                  <span class="unseen">Picture</span>
                </th>
                <th scope="col">Image</th>
                <th scope="col">State</th>
                <th scope="col">Result, or reason</th>
                <th scope="col" class="number">
                  Size
                </th>
                <th scope="col" class="number">
                  When
                </th>
              </tr>
            </thead>
            <tbody>
              {images.map((line) => (
                <FoundRow key={line.id} line={line} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <More pages={pages} />
    </>
  );
}
