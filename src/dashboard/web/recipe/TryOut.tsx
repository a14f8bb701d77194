import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { Copy } from '../parts/Copy.tsx';
import { TryResult } from './TryResult.tsx';
import { useTryOut } from './useTryOut.ts';

/** Shows what a recipe makes of an image before anything runs. Nothing of it is stored. */
/** @param canTry false in a read-only dashboard */
export function TryOut({ yaml, canTry }: { readonly yaml: string; readonly canTry: boolean }): JSX.Element {
  const text = useSignal(yaml);
  const over = useSignal(false);
  const chooser = useRef<HTMLInputElement>(null);
  const { state, tryFile, tryAgain } = useTryOut();
  const changed = text.value !== yaml;
  const recipe = (): string | undefined => (changed ? text.value : undefined);
  const now = state.value;
  return (
    <section class="try" aria-labelledby="try-title">
      <div class="try-recipe">
        <h2 id="yaml-title">As YAML</h2>
        <div class="code">
          <textarea
            aria-labelledby="yaml-title"
            spellcheck={false}
            readOnly={!canTry}
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
            canTry && <>Change it and try: nothing is stored, and what is in force stays.</>
          )}
        </p>
      </div>
      <div class="try-result" hidden={!canTry}>
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
        {now.is === 'there' && <TryResult before={now.before} afters={now.afters} tried={now.tried} />}
      </div>
    </section>
  );
}
