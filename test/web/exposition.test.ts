import { expect, it } from 'vitest';
import { parseExposition } from './exposition.ts';

const head = '# HELP a_total Help.\n# TYPE a_total counter\n';

it('the reader of the tests takes what the format allows', () => {
  const families = parseExposition(`${head}a_total{x="q\\"u\\\\o\\n"} 1.5e+3\na_total{x="b"} NaN\n`);
  expect(families.get('a_total')?.samples[0]).toEqual({
    name: 'a_total',
    labels: { x: 'q"u\\o\n' },
    value: 1500,
  });
});

it.each([
  ['no line end', `${head}a_total 1`],
  ['a foreign sample', `${head}b_total 1\n`],
  ['a sample twice', `${head}a_total 1\na_total 1\n`],
  ['a family twice', `${head}a_total 1\n${head}`],
  ['a broken label', `${head}a_total{x=b} 1\n`],
  ['a line end in a label', `${head}a_total{x="a\nb"} 1\n`],
  ['no number', `${head}a_total one\n`],
  ['no help', '# TYPE a_total counter\na_total 1\n'],
  [
    'a histogram without +Inf',
    '# HELP h Help.\n# TYPE h histogram\nh_bucket{le="1"} 1\nh_sum 1\nh_count 1\n',
  ],
])('and refuses %s', (_what, text) => {
  expect(() => parseExposition(text)).toThrow();
});
