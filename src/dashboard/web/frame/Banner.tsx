import type { JSX } from 'preact';
import { showAge, showTime } from '../show.ts';
import { connection } from '../state/live.ts';
import { now } from '../state/now.ts';

/** Says that what is shown is old. Not a live region: what is said once, when it happens, is enough to hear. */
export function Banner(): JSX.Element | null {
  const state = connection.value;
  if (state.is !== 'cut') return null;
  const wait = Math.max(0, state.retryAt - now.value);
  return (
    <aside class="banner" aria-label="Connection">
      <strong>Cut off from kuva.</strong>{' '}
      <span>
        What you see is from {showTime(new Date(state.since).toISOString())}; workers go on by themselves.{' '}
        {wait < 1000 ? 'Trying now.' : `Trying again in ${showAge(wait)}.`}
      </span>
    </aside>
  );
}
