import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { say } from '../state/say.ts';

/** Copies a text with a click, and says so. */
export function Copy({ text, what }: { readonly text: string; readonly what: string }): JSX.Element {
  const done = useSignal(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      done.value = true;
      say(`Copied ${what}.`);
      setTimeout(() => {
        done.value = false;
      }, 1_500);
    } catch {
      // Browsers hand the clipboard to pages from https and from this very machine only.
      say(`The browser does not let this page copy. Select ${what} and copy it by hand.`, 'bad');
    }
  };
  return (
    <button
      type="button"
      class="icon copy"
      title={`Copy ${what}`}
      aria-label={`Copy ${what}`}
      onClick={() => void copy()}
    >
      <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
        {done.value ? (
          <path
            d="M4 10.5l4 4 8-9"
            fill="none"
            stroke="currentColor"
            stroke-width="1.8"
            stroke-linecap="round"
          />
        ) : (
          <g fill="none" stroke="currentColor" stroke-width="1.5">
            <rect x="7" y="7" width="9" height="10" rx="2" />
            <path d="M13 4.5A1.5 1.5 0 0 0 11.5 3h-6A1.5 1.5 0 0 0 4 4.5v7A1.5 1.5 0 0 0 5.5 13" />
          </g>
        )}
      </svg>
    </button>
  );
}
