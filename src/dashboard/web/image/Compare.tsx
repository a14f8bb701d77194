import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { ImageRecord } from '../server/answers.ts';
import { showBytes } from '../show.ts';
import { Picture, usePicture } from './Picture.tsx';
import { Slider } from './Slider.tsx';

interface CompareProps {
  readonly id: string;
  readonly hasAfter: boolean;
  readonly record: ImageRecord | undefined;
}

/** Before and after: under one slider where both have the same shape, else side by side. */
export function Compare({ id, hasAfter, record }: CompareProps): JSX.Element {
  const before = usePicture(`images/${id}/preview/before`, true);
  const after = usePicture(`images/${id}/preview/after`, hasAfter);
  const asked = useSignal<'slide' | 'both' | undefined>(undefined);
  const [one, other] = [before.value, after.value];
  const alike =
    one.is === 'there' && other.is === 'there' && Math.abs(Math.log(one.ratio / other.ratio)) < 0.02;
  const mode = alike ? (asked.value ?? 'slide') : 'both';
  const beforeWords =
    record &&
    `${record.inputFormat}, ${record.inputWidth} × ${record.inputHeight}, ${showBytes(record.inputBytes)}`;
  const afterWords =
    record &&
    `${record.outputFormat}, ${record.outputWidth} × ${record.outputHeight}, ${showBytes(record.outputBytes)}`;
  return (
    <section class="compare" aria-label="Before and after">
      {alike && (
        <div class="segments" role="group" aria-label="How to compare">
          {(['slide', 'both'] as const).map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={mode === name}
              onClick={() => {
                asked.value = name;
              }}
            >
              {name === 'slide' ? 'Slider' : 'Side by side'}
            </button>
          ))}
        </div>
      )}
      {mode === 'slide' && one.is === 'there' && other.is === 'there' ? (
        <Slider before={one} after={other} />
      ) : (
        <div class={hasAfter ? 'pair' : 'pair single'}>
          <Picture picture={one} label="Before" words={beforeWords} />
          {hasAfter && <Picture picture={other} label="After" words={afterWords} />}
        </div>
      )}
      {mode === 'slide' && (
        <div class="captions">
          <p>
            <b>Before</b> {beforeWords}
          </p>
          <p>
            <b>After</b> {afterWords}
          </p>
        </div>
      )}
    </section>
  );
}
