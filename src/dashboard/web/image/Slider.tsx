import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

interface SliderProps {
  readonly before: { readonly url: string; readonly ratio: number };
  readonly after: { readonly url: string };
}

/** Two pictures on top of each other. A range input lies over them: pointer, touch, keys and screen readers know it. */
export function Slider({ before, after }: SliderProps): JSX.Element {
  const at = useSignal(50);
  return (
    <div class="slider" style={{ '--at': `${at.value}%`, '--ratio': String(before.ratio) }}>
      <img src={after.url} alt="After" />
      <img class="before" src={before.url} alt="Before" />
      <span class="tag left" aria-hidden="true">
        before
      </span>
      <span class="tag right" aria-hidden="true">
        after
      </span>
      <input
        type="range"
        min="0"
        max="100"
        step="1"
        value={at.value}
        aria-label="Before and after: where the one ends and the other begins"
        aria-valuetext={`${at.value} percent before, ${100 - at.value} percent after`}
        onInput={(event) => {
          at.value = event.currentTarget.valueAsNumber;
        }}
      />
      <span class="handle" aria-hidden="true" />
    </div>
  );
}
