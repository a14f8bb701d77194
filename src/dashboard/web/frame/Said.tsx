import type { JSX } from 'preact';
import { said } from '../state/say.ts';

/** The one live region of the page. It is there from the beginning: one that appears with its text is often not read. */
export function Said(): JSX.Element {
  const now = said.value;
  return (
    <div role="status" aria-live="polite" class={now === undefined ? 'said' : `said shown ${now.tone}`}>
      {now !== undefined && <span key={now.at}>{now.text}</span>}
    </div>
  );
}
