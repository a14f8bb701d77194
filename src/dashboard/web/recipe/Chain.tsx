import type { JSX } from 'preact';
import { stepWords } from './stepWords.ts';
import type { About } from '../server/answers.ts';

type Output = About['recipe']['outputs'][number];

/** One output of the recipe, as a chain from the input to its name in the output bucket. */
export function Chain({
  output,
  several,
}: {
  readonly output: Output;
  readonly several: boolean;
}): JSX.Element {
  const { name, key, steps, metadata } = output;
  return (
    <div class="chain">
      {several && <h2>{name}</h2>}
      <ol>
        <li class="end">
          <b>input</b>
          <span>any image</span>
        </li>
        {steps.map((step, at) => {
          const { title, settings } = stepWords(step);
          return (
            <li key={at}>
              <b>{step.step}</b>
              {settings.length > 0 && <span class="settings">{settings.join(', ')}</span>}
              {title !== undefined && <span>{title}</span>}
            </li>
          );
        })}
        {steps.length === 0 && (
          <li>
            <b>copy</b>
            <span>Nothing is changed.</span>
          </li>
        )}
        <li class="end">
          <b class="mono">{key}</b>
          <span>{metadata === 'keep' ? 'metadata stays' : 'metadata goes, colours become sRGB'}</span>
        </li>
      </ol>
    </div>
  );
}
