import { describe, expect, it } from 'vitest';
import { Budget } from '../../src/pipeline/budget.ts';

/** Has a promise settled after everything that was ready has run? */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  await new Promise((resolve) => setImmediate(resolve));
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
}

describe('a budget', () => {
  it('grants what is free and makes the next one wait until enough is given back', async () => {
    const budget = new Budget(10);
    const first = await budget.take(6);
    const second = budget.take(6);
    expect(await isSettled(second)).toBe(false);
    first.shrinkTo(4);
    expect((await second) !== first).toBe(true);
    expect(budget.free).toBe(0);
  });

  it('serves in the order of asking, so that a large image is not passed by small ones for ever', async () => {
    const budget = new Budget(10);
    const first = await budget.take(5);
    const large = budget.take(10);
    const small = budget.take(1);
    expect(await isSettled(small)).toBe(false);
    first.release();
    const granted = await large;
    expect(await isSettled(small)).toBe(false);
    granted.release();
    expect(await isSettled(small)).toBe(true);
  });

  it('gives an image that is larger than everything the whole of it', async () => {
    const budget = new Budget(10);
    const lease = await budget.take(1_000);
    expect(budget.free).toBe(0);
    lease.release();
    expect(budget.free).toBe(10);
  });

  it('counts a lease once, however often it is released', async () => {
    const budget = new Budget(10);
    const lease = await budget.take(3);
    lease.release();
    lease.release();
    lease.shrinkTo(2);
    expect(budget.free).toBe(10);
  });

  it('lets the next ones through when someone stops waiting', async () => {
    const budget = new Budget(10);
    await budget.take(5);
    const stop = new AbortController();
    const large = budget.take(10, stop.signal);
    const small = budget.take(5);
    stop.abort(new Error('stopped'));
    await expect(large).rejects.toThrow('stopped');
    expect(await isSettled(small)).toBe(true);
  });
});
