import type { JSX } from 'preact';
import { Chart } from '../belt/Chart.tsx';
import { Connections } from '../belt/Connections.tsx';
import { FirstRun } from '../belt/FirstRun.tsx';
import { Pipelines } from '../belt/Pipelines.tsx';
import { Sheet } from '../belt/Sheet.tsx';
import { Stations } from '../belt/Stations.tsx';
import { Workers } from '../belt/Workers.tsx';
import { about, status } from '../state/live.ts';

/** The start: how it goes, in numbers, and what comes out, in pictures. */
export function Belt(): JSX.Element {
  const counts = status.value?.counts;
  const troubled = (status.value?.outages.length ?? 0) > 0;
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
      <Pipelines />
      <Stations />
      <div class="below">
        {untouched ? <FirstRun /> : <Sheet />}
        <div class="rail">
          {troubled && <Connections />}
          <Chart />
          <Workers />
          {!troubled && <Connections />}
        </div>
      </div>
    </div>
  );
}
