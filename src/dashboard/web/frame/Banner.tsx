import type { JSX } from 'preact';
import { showAge, showTime } from '../show.ts';
import { connection, status } from '../state/live.ts';
import { ageOf, now } from '../state/now.ts';

/**
 * Says that what is shown is old, or else that something is away for which images wait. Not a live region: what is said
 * once, when it happens, is enough to hear.
 */
export function Banner(): JSX.Element | null {
  const state = connection.value;
  if (state.is !== 'cut') return <Outage />;
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

function Outage(): JSX.Element | null {
  const outage = status.value?.outages[0];
  if (outage === undefined) return null;
  return (
    <aside class="banner" aria-label="Outage">
      <strong>{outage.failure.what}</strong>, for {showAge(ageOf(outage.since))}. Images wait; nothing is
      lost.
    </aside>
  );
}
