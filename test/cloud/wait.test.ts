import { expect, test } from 'vitest';
import type { CloudClock } from '../../src/cloud/session/clock.ts';
import { type Look, waitUntil } from '../../src/cloud/wait.ts';
import { failureOf } from './failureOf.ts';

/** A clock on which a pause takes no time. */
function quickClock(): CloudClock & { readonly pauses: number[] } {
  let time = 0;
  const pauses: number[] = [];
  return {
    pauses,
    now: () => time,
    monotonic: () => time,
    pause: (milliseconds) => {
      pauses.push(milliseconds);
      time += milliseconds;
      return Promise.resolve();
    },
  };
}

test('looks until it is there, and tells each state on the way', async () => {
  const clock = quickClock();
  const states = ['BUILD', 'BUILD', 'ACTIVE'];
  const seen: string[] = [];
  const found = await waitUntil(
    {
      what: 'the server',
      limit: 60_000,
      every: 2000,
      clock,
      seen: (state, waited) => seen.push(`${state} ${waited}`),
    },
    (): Promise<Look<string>> => {
      const state = states.shift() ?? '';
      return Promise.resolve(state === 'ACTIVE' ? { found: state } : { state });
    },
  );
  expect(found).toBe('ACTIVE');
  expect(seen).toEqual(['BUILD 0', 'BUILD 2000']);
});

test('ends at its limit, with what was waited for and the last state', async () => {
  const clock = quickClock();
  const failure = await failureOf(
    waitUntil({ what: 'server kuva-1 to become ACTIVE', limit: 5000, every: 2000, clock }, () =>
      Promise.resolve({ state: 'BUILD, spawning' }),
    ),
  );
  expect(failure.code).toBe('cloud-timeout');
  expect(failure.message).toBe(
    'Waited 5 s for server kuva-1 to become ACTIVE; the last state was BUILD, spawning',
  );
  // The last look is at the very end, not after the last whole pause.
  expect(clock.pauses).toEqual([2000, 2000, 1000]);
});

test('what cannot come any more ends the wait at once', async () => {
  const clock = quickClock();
  const waiting = { what: 'it', limit: 5000, every: 1000, clock };
  await expect(waitUntil(waiting, () => Promise.reject(new Error('it is in ERROR')))).rejects.toThrow(
    'ERROR',
  );
  expect(clock.pauses).toEqual([]);
});

test('a command that is stopped waits no longer', async () => {
  const clock = quickClock();
  const stop = new AbortController();
  const failure = await failureOf(
    waitUntil({ what: 'it', limit: 60_000, every: 1000, clock, signal: stop.signal }, () => {
      stop.abort();
      return Promise.resolve({ state: 'BUILD' });
    }),
  );
  expect(failure.code).toBe('interrupted');
});
