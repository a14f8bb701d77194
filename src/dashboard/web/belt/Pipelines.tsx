import type { JSX } from 'preact';
import { pipelinePage } from '../server/place.ts';
import { about } from '../state/live.ts';

/** Nobody shall take one pipeline for all of them: which this is, and the way to the others. */
export function Pipelines(): JSX.Element | null {
  const { pipeline, pipelines = [], others = [] } = about.value ?? {};
  if (pipelines.length > 1) {
    return (
      <nav class="pipelines" aria-label="Pipelines">
        <ul>
          {pipelines.map((name, at) => (
            <li key={name}>
              <a
                href={pipelinePage(at === 0 ? undefined : name)}
                aria-current={name === pipeline ? 'page' : undefined}
              >
                {name}
              </a>
            </li>
          ))}
        </ul>
      </nav>
    );
  }
  const [first] = others;
  if (first === undefined) return null;
  return (
    <p class="hint others">
      One of {others.length + 1} pipelines of this configuration; {others.join(', ')}{' '}
      {others.length === 1 ? 'is' : 'are'} not on this page, as it was started for one alone.{' '}
      <code>kuva status</code> tells of all.
    </p>
  );
}
