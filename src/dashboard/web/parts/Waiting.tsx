import type { JSX } from 'preact';
import { inPage } from '../server/place.ts';
import type { Asked } from '../state/asked.ts';

/** In place of what is not there yet, or was refused. */
export function Waiting({
  asked,
  what,
}: {
  readonly asked: Asked<unknown>;
  readonly what: string;
}): JSX.Element {
  if (asked.is !== 'refused') {
    return (
      <div class="waiting" aria-busy="true">
        <p>{what} is being fetched…</p>
        <div class="bone wide" />
        <div class="bone" />
        <div class="bone short" />
      </div>
    );
  }
  const { why } = asked;
  return (
    <div class="centre">
      <h1>{why.message}</h1>
      {why.data !== undefined && <p>{why.data}</p>}
      {why.remedy !== undefined && <p>{why.remedy}</p>}
      <p>
        <a href={inPage('/')}>To the belt</a>
      </p>
    </div>
  );
}
