import { expect, it } from 'vitest';
import { SpareMemory } from '../../src/image/spareMemory.ts';

const mega = 1024 * 1024;

it('gives memory again that was given back, to one who needs about as much', () => {
  const spare = new SpareMemory();
  const first = spare.take(3 * mega);
  expect(first.byteLength).toBeGreaterThanOrEqual(3 * mega);
  spare.give(first);
  expect(spare.take(2 * mega)).toBe(first);
  expect(spare.take(2 * mega)).not.toBe(first);
});

it('wastes no large memory on small needs, and never gives too little', () => {
  const spare = new SpareMemory();
  const large = spare.take(8 * mega);
  spare.give(large);
  expect(spare.take(mega).byteLength).toBeLessThan(2 * mega);
  expect(spare.take(20 * mega).byteLength).toBeGreaterThanOrEqual(20 * mega);
  expect(spare.take(8 * mega)).toBe(large);
});

it('gives nothing to two at a time, also when it came back twice', () => {
  const spare = new SpareMemory();
  const memory = spare.take(mega);
  spare.give(memory);
  spare.give(memory);
  expect(spare.take(mega)).toBe(memory);
  expect(spare.take(mega)).not.toBe(memory);
});

it('keeps no more than it should: what lay there longest goes first', () => {
  const spare = new SpareMemory(4 * mega);
  const [first, second, third] = [spare.take(mega), spare.take(mega), spare.take(2 * mega)];
  for (const memory of [first, second, third]) spare.give(memory);
  expect(spare.take(2 * mega)).toBe(third);
  expect(spare.take(mega)).toBe(second);
  expect(spare.take(mega)).not.toBe(first);
  const larger = spare.take(5 * mega);
  spare.give(larger);
  expect(spare.take(5 * mega)).not.toBe(larger);
});

it('does not take back what a thread has now', () => {
  const spare = new SpareMemory();
  const memory = spare.take(mega);
  structuredClone(memory, { transfer: [memory] });
  spare.give(memory);
  expect(spare.take(mega).byteLength).toBeGreaterThanOrEqual(mega);
});
