import uPlot from 'uplot';
import type { History } from '../server/answers.ts';
import { showCount } from '../show.ts';

export interface HistoryPlot {
  readonly remove: () => void;
}

/** Bars of what was done, with what was set aside on top of them. @param onCursor told which bar the pointer is on */
export function drawHistory(
  place: HTMLElement,
  { from, step, done, setAside }: History,
  onCursor: (at: number | undefined) => void,
): HistoryPlot {
  const style = getComputedStyle(place);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const first = Date.parse(from) / 1000;
  const times = done.map((_, at) => first + (at + 0.5) * step);
  const all = done.map((count, at) => count + (setAside[at] ?? 0));
  const bars = uPlot.paths.bars?.({ size: [0.72, 14], radius: 0.18 });
  // A wall screen is read from far away.
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const height = Math.round(8.6 * rem);
  const axis = {
    stroke: colour('--ink-3'),
    font: `${Math.round(0.72 * rem)}px ${style.fontFamily}`,
    ticks: { show: false },
  };
  const series = { points: { show: false }, ...(bars !== undefined && { paths: bars }) };
  const plot = new uPlot(
    {
      width: Math.max(160, place.clientWidth),
      height,
      padding: [8, 4, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { setScale: false, x: false, y: false } },
      scales: {
        x: { range: [first, first + done.length * step] },
        y: { range: (_plot, _low, high) => [0, Math.max(4, high * 1.08)] },
      },
      axes: [
        {
          ...axis,
          size: 1.45 * rem,
          gap: 6,
          grid: { show: false },
          space: 64,
          values: (_plot, splits) => splits.map(clock),
        },
        {
          ...axis,
          size: 2.6 * rem,
          gap: 6,
          space: 34,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6],
          grid: { stroke: colour('--line'), width: 1 },
          values: (_plot, splits) => splits.map(short),
        },
      ],
      series: [
        {},
        { ...series, fill: colour('--aside'), stroke: colour('--aside'), width: 0 },
        { ...series, fill: colour('--done-bar'), stroke: colour('--done-bar'), width: 0 },
      ],
      hooks: {
        setCursor: [
          ({ cursor }) => {
            onCursor(cursor.idx ?? undefined);
          },
        ],
      },
    },
    [times, all, [...done]],
    place,
  );
  const resize = new ResizeObserver(() => {
    if (place.clientWidth > 0 && place.clientWidth !== plot.width) {
      plot.setSize({ width: place.clientWidth, height });
    }
  });
  resize.observe(place);
  return {
    remove: () => {
      resize.disconnect();
      plot.destroy();
    },
  };
}

function clock(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

function short(count: number): string {
  return count >= 10_000 ? `${count / 1000}k` : showCount(count);
}
