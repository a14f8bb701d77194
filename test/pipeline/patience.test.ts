import { describe, expect, it } from 'vitest';
import { KuvaError } from '../../src/image/failure.ts';
import { systemClock } from '../../src/pipeline/clock.ts';
import { Outages } from '../../src/pipeline/outages.ts';
import { patiently } from '../../src/pipeline/patience.ts';
import { growingPause } from '../../src/pipeline/pause.ts';

const outage = (): KuvaError => new KuvaError('store-unreachable', { what: 'the store does not answer' });

describe('patience', () => {
  it('tries again during an outage, and tells of it once when it begins and once when it ends', async () => {
    const told: string[] = [];
    const outages = new Outages(({ resource }, over) => told.push(`${resource} ${over ? 'over' : 'begun'}`));
    let calls = 0;
    const result = await patiently(
      () => {
        calls++;
        return calls < 3 ? Promise.reject(outage()) : Promise.resolve('answer');
      },
      { resource: 'input', outages, clock: systemClock },
    );
    expect(result).toBe('answer');
    expect(calls).toBe(3);
    expect(told).toEqual(['input begun', 'input over']);
    expect(outages.longest).toBeUndefined();
  });

  it('takes no answer to a question for the end of an outage of writing', async () => {
    const told: string[] = [];
    const outages = new Outages(({ resource }, over) => told.push(`${resource} ${over ? 'over' : 'begun'}`));
    const ask = () =>
      patiently(() => Promise.resolve(7), {
        resource: 'database',
        outages,
        clock: systemClock,
        reading: true,
      });
    outages.noticed('database', new KuvaError('database-readonly', { what: 'it takes no writes' }));
    await ask();
    expect(told).toEqual(['database begun']);
    await patiently(() => Promise.resolve(7), { resource: 'database', outages, clock: systemClock });
    expect(told).toEqual(['database begun', 'database over']);
    outages.noticed('database', new KuvaError('database-unreachable', { what: 'it does not answer' }));
    await ask();
    expect(outages.longest).toBeUndefined();
  });

  it('throws any other failure at once', async () => {
    let calls = 0;
    const action = (): Promise<never> => {
      calls++;
      return Promise.reject(new KuvaError('object-changed', { what: 'replaced' }));
    };
    await expect(
      patiently(action, { resource: 'input', outages: new Outages(), clock: systemClock }),
    ).rejects.toMatchObject({
      code: 'object-changed',
    });
    expect(calls).toBe(1);
  });

  it('gives up with the outage itself when its limit would be passed', async () => {
    const outages = new Outages();
    const action = (): Promise<never> => Promise.reject(outage());
    await expect(
      patiently(action, { resource: 'output', outages, clock: systemClock, limit: 50 }),
    ).rejects.toMatchObject({
      code: 'store-unreachable',
    });
    expect(outages.longest?.resource).toBe('output');
  });

  it('stops waiting when it is told to', async () => {
    const stop = new AbortController();
    const waiting = patiently(() => Promise.reject(outage()), {
      resource: 'database',
      outages: new Outages(() => {
        stop.abort();
      }),
      clock: systemClock,
      signal: stop.signal,
    });
    await expect(waiting).rejects.toMatchObject({ code: 'store-unreachable' });
  });
});

describe('the pause between tries', () => {
  it('doubles up to its longest, less a random part of at most half', () => {
    expect([1, 2, 3, 10].map((number) => growingPause(number, 100, 1_000, 0))).toEqual([
      100, 200, 400, 1_000,
    ]);
    expect([1, 2, 3, 10].map((number) => growingPause(number, 100, 1_000, 1))).toEqual([50, 100, 200, 500]);
  });
});
