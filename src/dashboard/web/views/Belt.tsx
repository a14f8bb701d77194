import type { JSX } from 'preact';
import { Chart } from '../belt/Chart.tsx';
import { Connections } from '../belt/Connections.tsx';
import { FirstRun } from '../belt/FirstRun.tsx';
import { Sheet } from '../belt/Sheet.tsx';
import { Stations } from '../belt/Stations.tsx';
import { Workers } from '../belt/Workers.tsx';
import { about, status } from '../state/live.ts';

/** The start: how it goes, in numbers, and what comes out, in pictures. */
export function Belt(): JSX.Element {
  const counts = status.value?.counts;
  const untouched = counts !== undefined && Object.values(counts).every((count) => count === 0);
  return (
    <div class="belt-view">
      <h1 class="pipeline">
        <span>{about.value?.pipeline ?? 'Kuvaputki'}</span>
        {about.value !== undefined && (
          <small>
            {about.value.input} <span aria-hidden="true">→</span>
            <span class="unseen"> to </span> {about.value.output}
          </small>
        )}
      </h1>
      <Others />
      <Stations />
      <div class="below">
        {untouched ? <FirstRun /> : <Sheet />}
        <div class="rail">
          <Chart />
          <Workers />
          <Connections />
        </div>
      </div>
    </div>
  );
}

/** Nobody shall take one pipeline for all of them. */
function Others(): JSX.Element | null {
  const others = about.value?.others ?? [];
  const [first] = others;
  if (first === undefined) return null;
  return (
    <p class="hint others">
      One of {others.length + 1} pipelines of this configuration; {others.join(', ')}{' '}
      {others.length === 1 ? 'is' : 'are'} not on this page. <code>kuva status</code> tells of all, and{' '}
      <code>kuva dashboard --pipeline {first}</code> shows another on a machine where no kuva listens yet.
    </p>
  );
}
