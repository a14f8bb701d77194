import { describe, expect, it } from 'vitest';
import { toKuvaError } from '../../src/image/failure.ts';
import { parseFactsQuery } from '../../src/image/factsQuery.ts';

const compare = (path: string[], by: string, value: unknown) => ({ is: 'compare', path, by, value });

describe('a question about facts', () => {
  it.each([
    ['blur < 0.2', compare(['blur'], '<', 0.2)],
    ['blur<-1e-3', compare(['blur'], '<', -0.001)],
    ["exif.model = 'X''100'", compare(['exif', 'model'], '=', "X'100")],
    ['"odd name"."x y" <> true', compare(['odd name', 'x y'], '!=', true)],
    ["label like 'c*'", { is: 'like', path: ['label'], pattern: 'c*' }],
    ['n in (1, 2)', { is: 'in', path: ['n'], values: [1, 2] }],
    ['missing gps', { is: 'missing', path: ['gps'] }],
    [
      'a = 1 or b = 2 and not c = 3',
      {
        is: 'or',
        parts: [
          compare(['a'], '=', 1),
          { is: 'and', parts: [compare(['b'], '=', 2), { is: 'not', part: compare(['c'], '=', 3) }] },
        ],
      },
    ],
    ['(a = 1 OR b = 2) AND c >= 3', expect.objectContaining({ is: 'and' })],
  ])('%s', (text, query) => {
    expect(parseFactsQuery(text)).toEqual(query);
  });

  it.each([
    ['', 1, /ends where the name of a fact/],
    ['blur', 5, /ends where one of =, !=/],
    ['blur < ', 8, /ends where a number or a text/],
    ['blur < sharp', 8, /a text in quotes: 'sharp'/],
    ["label = 'cat", 9, /begins and does not end/],
    ['blur < 1 blur > 2', 10, /where and, or, or the end/],
    ['(blur < 1', 10, /closing parenthesis/],
    ['blur ; drop table x', 6, /";" has no meaning/],
    ['blur < 1 -- x', 10, /has no meaning/],
    [`${'not '.repeat(60)}a = 1`, 201, /nested too deep/],
  ])('%j is not understood, and its place is told', (text, place, message) => {
    const failure = (() => {
      try {
        parseFactsQuery(text);
      } catch (thrown) {
        return toKuvaError(thrown);
      }
      throw new Error('understood');
    })();
    expect(failure.code).toBe('usage-invalid');
    expect(failure.message).toContain(`at character ${place}:`);
    expect(failure.message).toMatch(message);
  });
});
