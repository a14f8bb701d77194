import { describe, expect, it } from 'vitest';
import { makeOnce } from '../../../src/cloud/applying/once.ts';
import type { CloudClock } from '../../../src/cloud/session/clock.ts';
import { CloudSilent } from '../../../src/cloud/session/network.ts';

const clock: CloudClock = { now: () => 0, monotonic: () => 0, pause: () => Promise.resolve() };

/** A cloud in which a thing can be made, with answers that get lost, and that shows it late. */
function cloud(options: { readonly lost?: boolean; readonly arrives?: boolean; readonly lag?: number }) {
  const there: string[] = [];
  let looks = 0;
  return {
    there,
    look: () => {
      looks += 1;
      return Promise.resolve(looks > 1 + (options.lag ?? 0) ? there[0] : undefined);
    },
    make: () => {
      if (options.arrives !== false) there.push('it');
      if (options.lost === true) return Promise.reject(new CloudSilent('cloud', 'making it', lostAnswer));
      return Promise.resolve('it');
    },
  };
}

const lostAnswer = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });

describe('making what must not be there twice', () => {
  it('takes what is there', async () => {
    const { make } = cloud({});
    const look = () => Promise.resolve('old');
    expect(await makeOnce({ look, make, clock })).toBe('old');
  });

  it('looks again when the answer was lost, and asks no second time', async () => {
    for (const lag of [0, 2]) {
      const one = cloud({ lost: true, lag });
      expect(await makeOnce({ ...one, clock })).toBe('it');
      expect(one.there).toEqual(['it']);
    }
  });

  it('fails when the answer was lost and nothing came', async () => {
    const one = cloud({ lost: true, arrives: false });
    await expect(makeOnce({ ...one, clock })).rejects.toThrow(/did not answer while making it/);
  });
});
