import type { JSX } from 'preact';
import { asideTitles } from './asideTitles.ts';

interface ReasonProps {
  readonly failure: { readonly code: string; readonly what: string; readonly remedy?: string | undefined };
  readonly movedTo: string | undefined;
}

/** Why an image was set aside, where it is now, and what can be done. */
export function Reason({ failure: { code, what, remedy }, movedTo }: ReasonProps): JSX.Element {
  return (
    <section class="reason" aria-label="Why it was set aside">
      <h2>{titleOfCode(code)}</h2>
      <p>{what}.</p>
      {remedy !== undefined && (
        <p>
          <b>What to do:</b> {remedy}
        </p>
      )}
      <p class="hint">
        {movedTo === undefined
          ? 'It lies where it was put, unchanged.'
          : `It was moved to ${movedTo}, unchanged.`}
      </p>
    </section>
  );
}

const titles = new Map<string, string>(Object.entries(asideTitles));

/** A few plain words; what a later version says is shown as it is. */
export function titleOfCode(code: string): string {
  const title = titles.get(code) ?? code;
  return title.charAt(0).toUpperCase() + title.slice(1);
}
