import { describe, expect, it } from 'vitest';
import { addChecks, checkMoved, checkRun, type Found, isComplete, madeName } from '../../bench/check.ts';

const keys = ['a.jpg', 'b.jpg'];

const complete: Found = {
  inputs: [],
  outputs: new Map([
    ['negated_a.jpg', 'aa'],
    ['negated_b.jpg', 'bb'],
  ]),
  rows: [
    { name: 'negated_a.jpg', hash: 'aa' },
    { name: 'negated_b.jpg', hash: 'bb' },
  ],
};

describe('the check of a run', () => {
  it('finds nothing wrong where every input is gone and every output has one true row', () => {
    const check = checkRun(keys, complete);
    expect(isComplete(check)).toBe(true);
  });

  it('counts an input that is still there', () => {
    const check = checkRun(keys, { ...complete, inputs: ['b.jpg'] });
    expect(check).toMatchObject({ inputsLeft: 1 });
    expect(isComplete(check)).toBe(false);
  });

  it('counts a missing output, and calls the row that names it false', () => {
    const check = checkRun(keys, { ...complete, outputs: new Map([['negated_a.jpg', 'aa']]) });
    expect(check).toMatchObject({ outputsMissing: 1, rowsFalse: 1 });
    expect(isComplete(check)).toBe(false);
  });

  it('counts a lost row', () => {
    const check = checkRun(keys, { ...complete, rows: complete.rows.slice(1) });
    expect(check).toMatchObject({ rowsMissing: 1, rowsFalse: 0 });
    expect(isComplete(check)).toBe(false);
  });

  it('counts a row that is there twice', () => {
    const check = checkRun(keys, { ...complete, rows: [...complete.rows, ...complete.rows.slice(1)] });
    expect(check).toMatchObject({ rowsDoubled: 1, rowsFalse: 0 });
    expect(isComplete(check)).toBe(false);
  });

  it('counts a row whose hash is not that of the output', () => {
    const rows = [{ name: 'negated_a.jpg', hash: 'xx' }, ...complete.rows.slice(1)];
    const check = checkRun(keys, { ...complete, rows });
    expect(check).toMatchObject({ rowsFalse: 1 });
    expect(isComplete(check)).toBe(false);
  });

  it('adds up over runs', () => {
    const lost = checkRun(keys, { ...complete, rows: [] });
    expect(addChecks([lost, lost, checkRun(keys, complete)])).toMatchObject({
      rowsMissing: 4,
      inputsLeft: 0,
    });
  });
});

describe('the check of who only moves', () => {
  const hashes = new Map([
    ['a.jpg', 'one'],
    ['b.jpg', 'two'],
  ]);
  const same = (key: string): string => key;

  it('finds the same bytes under the same names, and nothing left', () => {
    const outputs = new Map(hashes);
    expect(isComplete(checkMoved(hashes, same, { inputs: [], outputs }))).toBe(true);
  });

  it('finds other bytes, inputs that stayed, and rows that are missing or doubled', () => {
    const outputs = new Map([
      ['negated_a.jpg', 'other'],
      ['negated_b.jpg', 'two'],
    ]);
    const rows = [1, 2].map(() => ({ name: 'negated_b.jpg', hash: '' }));
    expect(checkMoved(hashes, madeName, { inputs: ['b.jpg'], outputs, rows })).toEqual({
      inputsLeft: 1,
      outputsMissing: 1,
      rowsMissing: 1,
      rowsDoubled: 1,
      rowsFalse: 0,
    });
  });
});
