import type { JSX } from 'preact';
import { Compare } from '../image/Compare.tsx';
import { Facts } from '../image/Facts.tsx';
import { Histograms } from '../image/Histograms.tsx';
import { Phases } from '../image/Phases.tsx';
import { Proof } from '../image/Proof.tsx';
import { Reason } from '../image/Reason.tsx';
import { RetryButton } from '../lists/RetryButton.tsx';
import { StateMark } from '../parts/StateMark.tsx';
import { Waiting } from '../parts/Waiting.tsx';
import type { ImageRecord } from '../server/answers.ts';
import { ask } from '../server/ask.ts';
import { inApi, inPage } from '../server/place.ts';
import { showBytes, showTime, splitKey } from '../show.ts';
import { useAsked } from '../state/asked.ts';
import { dependsOn } from '../state/dependsOn.ts';
import { onImages } from '../state/live.ts';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** One image: before and after, and all that is known of it. */
export function Image({ id }: { readonly id: string }): JSX.Element {
  const turn = useSignal(0);
  const asked = useAsked((signal) => {
    dependsOn(turn);
    return ask('image', `images/${id}`, { signal });
  });
  useEffect(
    () =>
      onImages((lines) => {
        if (lines.some((line) => line.id === id)) turn.value++;
      }),
    [id],
  );
  const state = asked.value;
  if (state.is !== 'there') return <Waiting asked={state} what="The image" />;
  const { image: row, records } = state.value;
  const { folder, name } = splitKey(row.image.key);
  const [record] = records;
  return (
    <article class="image-view">
      <header class="image-head">
        <p class="crumbs">
          <a href={inPage('/')}>Belt</a> <span aria-hidden="true">/</span> {row.image.bucket}{' '}
          <span aria-hidden="true">/</span> {folder}
        </p>
        <h1>{name}</h1>
        <p class="facts">
          <StateMark state={row.state} />
          <span>{showTime(row.settledAt ?? row.startedAt ?? row.queuedAt)}</span>
          <span>{showBytes(row.size)}</span>
          {record !== undefined && (
            <span>
              {record.inputWidth} × {record.inputHeight} {record.inputFormat}
            </span>
          )}
        </p>
        <div class="actions">
          {(row.state === 'rejected' || row.state === 'failed') && (
            <RetryButton ids={[id]} label="Try again" />
          )}
          {record !== undefined && (
            <a class="button" href={inApi(`images/${id}/output`)} download>
              Download the result
            </a>
          )}
        </div>
      </header>
      {row.failure !== undefined && row.state !== 'done' && (
        <Reason failure={row.failure} movedTo={row.movedTo} />
      )}
      <Compare id={id} hasAfter={record !== undefined} record={record} />
      <div class="image-cards">
        {record !== undefined && <Phases durations={record.durations} worker={record.worker} />}
        <Histograms id={id} />
      </div>
      {factsOf(records).map((facts) => (
        <Facts key={JSON.stringify(facts)} facts={facts} />
      ))}
      {records.map((one) => (
        <Proof key={one.id} record={one} several={records.length > 1} />
      ))}
      {records.length === 0 && (
        <section class="card">
          <h2>Ledger</h2>
          <p class="hint">
            Nothing was made of this image yet, so the ledger has no row that proves anything.
          </p>
        </section>
      )}
    </article>
  );
}

/** Outputs of one image mostly have the same facts: those are shown once. */
function factsOf(records: readonly ImageRecord[]): Readonly<Record<string, unknown>>[] {
  const distinct = new Map(records.map(({ facts = {} }) => [JSON.stringify(facts), facts]));
  return [...distinct.values()].filter((facts) => Object.keys(facts).length > 0);
}
