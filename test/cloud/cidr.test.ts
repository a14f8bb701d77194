import { expect, test } from 'vitest';
import { mergeCidrs, normalCidr, sameCidrs } from '../../src/cloud/cidr.ts';

test.each([
  ['1.2.3.4', '1.2.3.4/32'],
  ['1.2.3.4/24', '1.2.3.0/24'],
  ['255.255.255.255/1', '128.0.0.0/1'],
  ['10.0.0.0/0', '0.0.0.0/0'],
  ['1.2.3.256', undefined],
  ['1.2.3.4/33', undefined],
  ['1.2.3', undefined],
  ['::1/128', undefined],
])('%s is %s', (text, normal) => {
  expect(normalCidr(text)).toBe(normal);
});

test('two lists are the same whatever their order and their way of writing', () => {
  expect(sameCidrs(['1.2.3.4', '5.6.7.0/24'], ['5.6.7.9/24', '1.2.3.4/32'])).toBe(true);
  expect(sameCidrs(['1.2.3.4'], ['1.2.3.5'])).toBe(false);
  expect(sameCidrs([], ['1.2.3.5'])).toBe(false);
});

test('merging keeps what others have let in, and adds nothing twice', () => {
  expect(mergeCidrs(['9.9.9.9/32'], { add: ['1.2.3.4', '9.9.9.9', '1.2.3.4/32'] })).toEqual([
    '9.9.9.9/32',
    '1.2.3.4/32',
  ]);
  expect(mergeCidrs(['9.9.9.9/32', '1.2.3.4/32'], { remove: ['9.9.9.9'] })).toEqual(['1.2.3.4/32']);
});
