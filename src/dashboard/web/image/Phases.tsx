import type { JSX } from 'preact';
import { showDuration } from '../show.ts';

const titles: Readonly<Record<string, string>> = {
  get: 'read',
  transform: 'transform',
  hash: 'hash',
  put: 'write',
};

/** Where the time went. The wait in the queue is told apart: it says nothing about this image. */
export function Phases({
  durations,
  worker,
}: {
  readonly durations: Readonly<Record<string, number>>;
  readonly worker: string;
}): JSX.Element {
  const phases = Object.entries(durations).filter(([name]) => name !== 'wait');
  const order = Object.keys(titles);
  phases.sort(([a], [b]) => (order.indexOf(a) + 1 || 9) - (order.indexOf(b) + 1 || 9));
  const total = phases.reduce((sum, [, ms]) => sum + ms, 0);
  let begun = 0;
  return (
    <section class="card phases" aria-labelledby="phases-title">
      <h2 id="phases-title">
        Time <small>{showDuration(total)}</small>
      </h2>
      <ol>
        {phases.map(([name, ms]) => {
          const left = begun;
          begun += ms;
          const share = (part: number): string => `${((part / Math.max(total, 0.001)) * 100).toFixed(2)}%`;
          return (
            <li key={name}>
              <span>{titles[name] ?? name}</span>
              <span class="bar" aria-hidden="true">
                <i style={{ left: share(left), width: share(ms) }} />
              </span>
              <span class="number">{showDuration(ms)}</span>
            </li>
          );
        })}
      </ol>
      <p class="hint">
        {durations['wait'] !== undefined && <>After {showDuration(durations['wait'])} in the queue. </>}
        By {worker}.
      </p>
    </section>
  );
}
