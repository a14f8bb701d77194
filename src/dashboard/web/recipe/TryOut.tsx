import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { Picture } from '../image/Picture.tsx';
import { Slider } from '../image/Slider.tsx';
import { Copy } from '../parts/Copy.tsx';
import { showBytes } from '../show.ts';
import { useTryOut } from './useTryOut.ts';

/** Shows what a recipe makes of an image before anything runs. Nothing of it is stored. */
export function TryOut({ yaml }: { readonly yaml: string }): JSX.Element {
  const text = useSignal(yaml);
  const over = useSignal(false);
  const chooser = useRef<HTMLInputElement>(null);
  const { state, tryFile, tryAgain } = useTryOut();
  const changed = text.value !== yaml;
  const recipe = (): string | undefined => (changed ? text.value : undefined);
  const now = state.value;
  const words = ({
    format,
    width,
    height,
    bytes,
  }: {
    format: string;
    width: number;
    height: number;
    bytes?: number | undefined;
  }): string => `${format}, ${width} × ${height}${bytes === undefined ? '' : `, ${showBytes(bytes)}`}`;
  return (
    <section class="try" aria-labelledby="try-title">
      <div class="try-recipe">
        <h2 id="yaml-title">As YAML</h2>
        <div class="code">
          <textarea
            aria-labelledby="yaml-title"
            spellcheck={false}
            rows={Math.min(24, Math.max(6, text.value.split('\n').length + 1))}
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value;
            }}
          />
          <Copy text={text.value} what="the recipe" />
        </div>
        <p class="hint">
          {changed ? (
            <>
              Changed here only. What is in force stands in <code>kuva.yaml</code>.{' '}
              <button
                type="button"
                class="as-link"
                onClick={() => {
                  text.value = yaml;
                }}
              >
                Take the one in force
              </button>
            </>
          ) : (
            <>Change it and try: nothing is stored, and what is in force stays.</>
          )}
        </p>
      </div>
      <div class="try-result">
        <h2 id="try-title">Try it</h2>
        <div
          class={over.value ? 'dropzone over' : 'dropzone'}
          onDragOver={(event) => {
            event.preventDefault();
            over.value = true;
          }}
          onDragLeave={() => {
            over.value = false;
          }}
          onDrop={(event) => {
            event.preventDefault();
            over.value = false;
            const file = event.dataTransfer?.files[0];
            if (file !== undefined) tryFile(file, recipe());
          }}
        >
          <p>Drop an image here, or</p>
          <div class="buttons">
            <button type="button" class="primary" onClick={() => chooser.current?.click()}>
              Choose an image
            </button>
            {now.is !== 'empty' && (
              <button
                type="button"
                disabled={now.is === 'busy'}
                onClick={() => {
                  tryAgain(recipe());
                }}
              >
                Try again
              </button>
            )}
          </div>
          <input
            ref={chooser}
            class="unseen"
            type="file"
            tabIndex={-1}
            aria-label="Image to try the recipe on"
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              if (file !== undefined) tryFile(file, recipe());
              event.currentTarget.value = '';
            }}
          />
        </div>
        {now.is === 'busy' && <p class="hint">Trying it on {now.name}…</p>}
        {now.is === 'refused' && (
          <div class="reason" role="alert">
            <h2>{now.why.message}</h2>
            {now.why.remedy !== undefined && <p>{now.why.remedy}</p>}
          </div>
        )}
        {now.is === 'there' && (
          <>
            {Math.abs(Math.log(now.before.ratio / now.after.ratio)) < 0.02 ? (
              <Slider before={now.before} after={now.after} />
            ) : (
              <div class="pair">
                <Picture picture={now.before} label="Before" words="" />
                <Picture picture={now.after} label="After" words="" />
              </div>
            )}
            <p class="captions">
              <span>
                <b>Before</b> {words(now.tried.before)}
              </span>
              <span>
                <b>After</b> {words(now.tried.after)}
              </span>
            </p>
            {now.tried.warnings.map((warning) => (
              <p key={warning} class="hint warn">
                {warning}
              </p>
            ))}
          </>
        )}
      </div>
    </section>
  );
}
