import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { History } from '../server/answers.ts';
import { dependsOn } from '../state/dependsOn.ts';
import { ask } from '../server/ask.ts';
import { plural, showBytes, showCount } from '../show.ts';
import { useAsked } from '../state/asked.ts';
import { dark } from '../state/theme.ts';
import { drawHistory, type HistoryPlot } from './historyPlot.ts';

const spans = ['hour', 'day'] as const;
/** The last step grows while one looks. */
const refresh = 10_000;

/** How much was done when: the last hour by minutes, the last day by quarters of an hour. */
export function Chart(): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const span = useSignal<(typeof spans)[number]>('hour');
  const turn = useSignal(0);
  const under = useSignal<number | undefined>(undefined);
  const asked = useAsked((signal) => {
    dependsOn(turn);
    return ask('history', `history?span=${span.value}`, { signal });
  });
  const history = useComputed(() => (asked.value.is === 'there' ? asked.value.value : undefined));
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) turn.value++;
    }, refresh);
    return () => {
      clearInterval(timer);
    };
  }, []);
  const plot = useRef<HistoryPlot | undefined>(undefined);
  useSignalEffect(() => {
    const shown = history.value;
    dependsOn(dark);
    const { current } = place;
    if (current === null || shown === undefined) return;
    plot.current?.remove();
    plot.current = drawHistory(current, shown, (at) => {
      under.value = at;
    });
  });
  useEffect(
    () => () => {
      plot.current?.remove();
      plot.current = undefined;
    },
    [],
  );
  return (
    <section class="card chart" aria-labelledby="chart-title">
      <header>
        <h2 id="chart-title">Done</h2>
        <div class="segments" role="group" aria-label="Time span">
          {spans.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={span.value === one}
              onClick={() => {
                span.value = one;
              }}
            >
              {one === 'hour' ? 'Last hour' : 'Last day'}
            </button>
          ))}
        </div>
      </header>
      <p class="reading">{history.value === undefined ? ' ' : reading(history.value, under.value)}</p>
      <div
        ref={place}
        class="plot"
        role="img"
        aria-label={
          history.value === undefined
            ? 'Loading'
            : `Images done, last ${span.value}: ${summary(history.value)}`
        }
      />
      {asked.value.is === 'refused' && <p class="hint bad">{asked.value.why.message}</p>}
    </section>
  );
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

function summary({ done, setAside, bytes }: History): string {
  return `${showCount(sum(done))} done, ${showCount(sum(setAside))} set aside, ${showBytes(sum(bytes))} read`;
}

function reading(history: History, at: number | undefined): string {
  if (at === undefined) return summary(history);
  const begin = new Date(Date.parse(history.from) + at * history.step * 1000);
  const time = begin.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  const aside = history.setAside[at] ?? 0;
  return `${time}: ${plural(history.done[at] ?? 0, 'image')}${aside > 0 ? `, ${showCount(aside)} set aside` : ''}, ${showBytes(history.bytes[at] ?? 0)}`;
}
