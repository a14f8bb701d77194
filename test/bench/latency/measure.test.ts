import { describe, expect, it } from 'vitest';
import { measureLatency, phaseOf, type Way } from '../../../bench/latency/measure.ts';

const never = new Promise<never>(() => undefined);
const options = { uploads: 3, look: 1, spread: 0, limit: 5_000 };
const picture = new Uint8Array(1);

describe('the time from upload to result', () => {
  it('is measured one upload at a time, without the first one', async () => {
    const events: string[] = [];
    let looks = 0;
    const way: Way = {
      put: (name) => {
        events.push(`put ${name}`);
        looks = 0;
        return Promise.resolve();
      },
      hasResult: (name) => {
        looks++;
        if (looks === 3) events.push(`result ${name}`);
        return Promise.resolve(looks === 3);
      },
    };
    const measured = await measureLatency(way, [picture, picture, picture], options, never);
    expect(measured).toHaveLength(2);
    expect(events).toEqual([
      'put upload-0000.jpg',
      'result upload-0000.jpg',
      'put upload-0001.jpg',
      'result upload-0001.jpg',
      'put upload-0002.jpg',
      'result upload-0002.jpg',
    ]);
  });

  it('fails when a result never comes', async () => {
    const way: Way = { put: () => Promise.resolve(), hasResult: () => Promise.resolve(false) };
    await expect(measureLatency(way, [picture], { ...options, limit: 20 }, never)).rejects.toThrow(
      'no result of upload-0000.jpg',
    );
  });

  it('fails at once when the worker has ended', async () => {
    const way: Way = { put: () => Promise.resolve(), hasResult: () => Promise.resolve(false) };
    const stopped = Promise.reject(new Error('the worker ended'));
    await expect(measureLatency(way, [picture], { ...options, limit: 500 }, stopped)).rejects.toThrow(
      'the worker ended',
    );
  });

  it('meets all parts of the poll interval alike', () => {
    const tenths = new Array<number>(10).fill(0);
    for (let upload = 1; upload <= 30; upload++) {
      const tenth = Math.floor(phaseOf(upload) * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(Math.min(...tenths)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...tenths)).toBeLessThanOrEqual(4);
  });
});
