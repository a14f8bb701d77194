import { describe, expect, it } from 'vitest';
import { costOfObserved, costOfStack } from '../../src/cloud/bill.ts';
import { showCost } from '../../src/cloud/cost.ts';
import { cscPrices } from '../../src/cloud/prices.ts';
import { aStack, everything, nothing } from './given.ts';

describe('the cost', () => {
  it("of the tutorial's set-up is 4.48 Billing Units an hour", () => {
    const cost = costOfStack(aStack(), cscPrices);
    expect(cost).toMatchObject({ hour: 4.48, day: 107.52, month: 3225.6, complete: true });
    expect(showCost(cost).join('\n')).toMatch(/4\.48 BU an hour.*107\.52 a day.*price list of 20\d\d-/);
    expect(costOfObserved(everything, cscPrices).hour).toBe(4.48);
  });

  it('grows with workers and volumes', () => {
    expect(costOfStack(aStack({}, 3), cscPrices).hour).toBe(5.4);
    expect(costOfStack(aStack({ compute: { volume: 1024 } }), cscPrices).hour).toBe(8.08);
  });

  it('says when the price of something is not known, and counts the rest', () => {
    const cost = costOfStack(aStack({ compute: { flavor: 'lab.odd' } }), cscPrices);
    expect(cost).toMatchObject({ hour: 4.22, complete: false });
    expect(showCost(cost).join('\n')).toMatch(/lab\.odd, price not known[\s\S]*What is known of it/);
  });

  it('of nothing is nothing', () => {
    expect(costOfObserved(nothing, cscPrices)).toMatchObject({ hour: 0, lines: [] });
  });
});
