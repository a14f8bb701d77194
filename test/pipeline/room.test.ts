import { describe, expect, it } from 'vitest';
import { concurrencyOf, makeBudgets, takeRoom } from '../../src/pipeline/budgets.ts';
import { workerSchema } from '../../src/pipeline/config.ts';

const machine = { cores: 2, memory: 16e9 };
const never = new AbortController().signal;

/** How many inputs of so many bytes get room before one has to wait, up to what may be in work. */
async function roomFor(bytes: number, settings: object = {}, cores = 2): Promise<number> {
  const config = workerSchema.parse(settings);
  const here = { ...machine, cores };
  const budgets = makeBudgets(config, here);
  for (let count = 0; count < concurrencyOf(config, here); count++) {
    const taken = await Promise.race([
      takeRoom(budgets, bytes, never),
      new Promise<undefined>((resolve) => {
        setImmediate(() => {
          resolve(undefined);
        });
      }),
    ]);
    if (taken === undefined) return count;
  }
  return concurrencyOf(config, here);
}

describe('Room for inputs on their way', () => {
  it('is there for all small images that may be in work', async () => {
    expect(await roomFor(140e3)).toBe(40);
  });

  it('is there for a few large ones, however large, and for more where there are more cores', async () => {
    expect(await roomFor(4e6)).toBe(8);
    expect(await roomFor(100e6)).toBe(8);
    expect(await roomFor(4e6, {}, 16)).toBe(36);
  });

  it('is there for as many as somebody has asked for', async () => {
    expect(await roomFor(100e6, { concurrency: 12 })).toBe(12);
  });

  it('is bounded by the memory that there is', async () => {
    expect(await roomFor(100e6, { memory: '800 MB' })).toBe(2);
  });

  it('is given back whole, also by one who stopped waiting', async () => {
    const budgets = makeBudgets(workerSchema.parse({ memory: '400 MB' }), machine);
    const first = await takeRoom(budgets, 100e6, never);
    const waiting = takeRoom(budgets, 100e6, AbortSignal.timeout(5));
    await expect(waiting).rejects.toThrow();
    first.release();
    expect(budgets.inputs.free).toBe(budgets.inputs.capacity);
    expect(budgets.passages.free).toBe(budgets.passages.capacity);
  });
});
