import type { JSX } from 'preact';
import type { Histogram } from '../server/answers.ts';
import { ask } from '../server/ask.ts';
import { useAsked } from '../state/asked.ts';

/** How the brightness is spread, before and after. */
export function Histograms({ id }: { readonly id: string }): JSX.Element | null {
  const asked = useAsked((signal) => ask('histogram', `images/${id}/histogram`, { signal }));
  const state = asked.value;
  if (state.is === 'refused') return null;
  const { before, after } = state.is === 'there' ? state.value : {};
  return (
    <section class="card histograms" aria-labelledby="histograms-title">
      <h2 id="histograms-title">Histograms</h2>
      <div class="pair">
        <Curve title="Before" channels={before} />
        <Curve title="After" channels={after} />
      </div>
    </section>
  );
}

function Curve({
  title,
  channels,
}: {
  readonly title: string;
  readonly channels: Histogram['before'];
}): JSX.Element {
  return (
    <figure>
      <svg
        class="histogram"
        viewBox="0 0 256 96"
        preserveAspectRatio="none"
        role="img"
        aria-label={channels === undefined ? `${title}: not known` : `${title}: ${inWords(channels)}`}
      >
        {channels !== undefined &&
          Object.entries(channels).map(([name, bins]) => (
            <path key={name} class={name} d={area(bins, peakOf(channels))} />
          ))}
      </svg>
      <figcaption>{title}</figcaption>
    </figure>
  );
}

type Channels = NonNullable<Histogram['before']>;

/** One spike, such as a white background, must not flatten all the rest: the height is that of all but a few bins. */
function peakOf(channels: Channels): number {
  const all = Object.values(channels)
    .flat()
    .sort((a, b) => a - b);
  return Math.max(1, all[Math.floor(all.length * 0.985)] ?? 1);
}

function area(bins: readonly number[], peak: number): string {
  const points = bins.map(
    (count, at) => `${at} ${(96 - 94 * Math.min(1, Math.sqrt(count / peak))).toFixed(1)}`,
  );
  return `M0 96L${points.join('L')}L255 96z`;
}

function inWords(channels: Channels): string {
  return Object.entries(channels)
    .map(([name, bins]) => {
      const total = bins.reduce((sum, count) => sum + count, 0);
      const mean = bins.reduce((sum, count, value) => sum + count * value, 0) / Math.max(1, total);
      const names: Readonly<Record<string, string>> = { r: 'red', g: 'green', b: 'blue', grey: 'grey' };
      return `${names[name] ?? name} ${Math.round(mean)} of 255 in the mean`;
    })
    .join(', ');
}
