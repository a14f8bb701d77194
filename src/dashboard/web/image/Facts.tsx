import type { JSX } from 'preact';
import { inPage } from '../server/place.ts';
import { factRows } from './factRows.ts';

/** What the recipe's steps measured of the image; each leads to the images that are like it in that. */
export function Facts({ facts }: { readonly facts: Readonly<Record<string, unknown>> }): JSX.Element {
  return (
    <section class="card measured" aria-labelledby="facts-title">
      <h2 id="facts-title">
        Facts <small>measured while it was processed; a click finds others alike</small>
      </h2>
      <dl>
        {factRows(facts).map(({ name, shown, question }) => (
          <div key={name} class="fact">
            <dt>{name}</dt>
            <dd>
              {question === undefined ? (
                <span>{shown}</span>
              ) : (
                <a href={inPage(`/images?where=${encodeURIComponent(question)}`)} title={`Find: ${question}`}>
                  {shown}
                </a>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
