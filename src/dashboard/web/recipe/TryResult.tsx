import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { Picture } from '../image/Picture.tsx';
import { Slider } from '../image/Slider.tsx';
import type { Tried } from '../server/answers.ts';
import { showBytes } from '../show.ts';
import type { There } from './useTryOut.ts';

interface TryResultProps {
  readonly before: There;
  readonly afters: readonly There[];
  readonly tried: Tried;
}

/** The image and what the recipe made of it; of several outputs, the one that is chosen. */
export function TryResult({ before, afters, tried }: TryResultProps): JSX.Element {
  const chosen = useSignal(0);
  const at = Math.min(chosen.value, afters.length - 1);
  const [after, output] = [afters[at], tried.outputs[at]];
  if (after === undefined || output === undefined) return <></>;
  return (
    <>
      {afters.length > 1 && (
        <div class="segments" role="group" aria-label="Output">
          {tried.outputs.map(({ name }, place) => (
            <button
              key={name}
              type="button"
              aria-pressed={place === at}
              onClick={() => {
                chosen.value = place;
              }}
            >
              {name}
            </button>
          ))}
        </div>
      )}
      {Math.abs(Math.log(before.ratio / after.ratio)) < 0.02 ? (
        <Slider before={before} after={after} />
      ) : (
        <div class="pair">
          <Picture picture={before} label="Before" words="" />
          <Picture picture={after} label="After" words="" />
        </div>
      )}
      <p class="captions">
        <span>
          <b>Before</b> {words(tried.before)}
        </span>
        <span>
          <b>After</b> {words(output)}
        </span>
      </p>
      {tried.warnings.map((warning) => (
        <p key={warning} class="hint warn">
          {warning}
        </p>
      ))}
    </>
  );
}

function words({ format, width, height, bytes }: Tried['before']): string {
  return `${format}, ${width} × ${height}, ${showBytes(bytes)}`;
}
