import type { JSX } from 'preact';
import type { OutageStatus } from '../server/answers.ts';
import { showAge, showTime } from '../show.ts';
import { about, status } from '../state/live.ts';
import { ageOf } from '../state/now.ts';

/** What the pipeline depends on: does it answer, and if not, since when, and what can be done. */
export function Connections(): JSX.Element {
  const now = status.value;
  const places = [
    { title: 'Input', url: about.value?.input ?? '', resources: ['input', 'reading', 'removal'] },
    { title: 'Output', url: about.value?.output ?? '', resources: ['output'] },
    ...(about.value?.rejected === undefined
      ? []
      : [{ title: 'Rejected', url: about.value.rejected, resources: ['rejected'] }]),
    { title: 'Database', url: 'PostgreSQL', resources: ['database'] },
  ];
  const known = new Set(places.flatMap(({ resources }) => resources));
  const others = now?.outages.filter(({ resource }) => !known.has(resource)) ?? [];
  return (
    <section class="card connections" aria-labelledby="connections-title">
      <h2 id="connections-title">Connections</h2>
      <ul>
        {places.map(({ title, url, resources }) => {
          const outage = now?.outages.find(({ resource }) => resources.includes(resource));
          return (
            <li key={title}>
              <span
                class={now === undefined ? 'dot' : outage === undefined ? 'dot good' : 'dot bad'}
                aria-hidden="true"
              />
              <span class="place-name">{title}</span>
              <span class="place-url" title={url}>
                {url}
              </span>
              <span class={outage === undefined ? 'place-state' : 'place-state bad'}>
                {now === undefined
                  ? ''
                  : outage === undefined
                    ? 'in order'
                    : `for ${showAge(ageOf(outage.since))}`}
              </span>
              {outage !== undefined && <Trouble outage={outage} />}
            </li>
          );
        })}
        {others.map((outage) => (
          <li key={`${outage.resource} ${outage.worker}`}>
            <span class="dot bad" aria-hidden="true" />
            <span class="place-name">{outage.resource === 'decoder' ? 'Image decoder' : 'Outage'}</span>
            <span class="place-url">{outage.worker}</span>
            <span class="place-state bad">for {showAge(ageOf(outage.since))}</span>
            <Trouble outage={outage} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Trouble({ outage: { failure, since, worker } }: { readonly outage: OutageStatus }): JSX.Element {
  return (
    <div class="trouble">
      <p>
        <b>{failure.what}</b>, says {worker}, since {showTime(since)}. Images wait; nothing is lost.
      </p>
      {failure.remedy !== undefined && <p>{failure.remedy}</p>}
    </div>
  );
}
