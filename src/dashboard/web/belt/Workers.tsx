import type { JSX } from 'preact';
import type { WorkerStatus } from '../server/answers.ts';
import { showAge, splitKey } from '../show.ts';
import { status } from '../state/live.ts';
import { ageOf } from '../state/now.ts';

/** Who works, and at what. */
export function Workers(): JSX.Element {
  const workers = status.value?.workers;
  return (
    <section class="card workers" aria-labelledby="workers-title">
      <h2 id="workers-title">Workers</h2>
      {workers === undefined ? (
        <p class="hint">…</p>
      ) : workers.length === 0 ? (
        <p class="hint">
          None is running. <code>kuva start</code> or <code>kuva worker</code> starts one, on any machine.
        </p>
      ) : (
        <ul>
          {workers.map((worker) => (
            <li key={worker.id}>
              <span class={worker.alive ? 'dot good' : 'dot bad'} aria-hidden="true" />
              <span class="worker-name">{worker.host}</span>
              <span class="worker-count">
                {worker.processing > 0 ? `${worker.processing} in work` : worker.alive ? 'idle' : 'has died'}
              </span>
              <span class="worker-doing">{doing(worker)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function doing({ id, alive, discovering, longest, startedAt }: WorkerStatus): JSX.Element {
  if (!alive) return <>its images are being taken over</>;
  return (
    <>
      <span title={`${id}, started ${startedAt}`}>up {showAge(ageOf(startedAt))}</span>
      {discovering && <>, looks for new images</>}
      {longest !== undefined && (
        <>
          , longest: <span title={longest.key}>{splitKey(longest.key).name}</span> for{' '}
          {showAge(ageOf(longest.since))}
        </>
      )}
    </>
  );
}
