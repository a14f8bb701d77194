import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flatPath, keyOfPath, plainPath } from '../../../src/store/folder/names.ts';

const linux = { windows: false };
const windows = { windows: true };
const pieces = [
  '%',
  '~',
  '%~',
  'p',
  's',
  '+',
  '=',
  'x',
  '3A;',
  '/',
  '.',
  ' ',
  'a',
  'é',
  '🐈',
  '\n',
  '.kuva',
  '%~flat',
  'con',
  ':',
  '\\',
];
const keys = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 30 }).map((parts) => parts.join('')),
  fc.array(fc.constantFrom(...pieces), { minLength: 200, maxLength: 400 }).map((parts) => parts.join('')),
  fc.string({ unit: 'grapheme', minLength: 1 }),
);

describe('the names of files', () => {
  it.each([
    'cat.jpg',
    'my cat.jpg',
    'photo%20one.jpg',
    '100%.jpg',
    'a/b c/d.jpg',
    '.hidden',
    '-q',
    '~',
    'a\nb',
    'a/.kuva',
  ])('are the keys themselves: %j', (key) => {
    expect(plainPath(key, linux)).toBe(key);
    expect(keyOfPath(key, linux)).toBe(key);
  });

  it.each([
    ['a//b', 'a/%~/b'],
    ['/lead', '%~/lead'],
    ['folder/', 'folder/%~'],
    ['../x', '%~=../x'],
    ['x/./y', 'x/%~=./y'],
    ['.kuva', '%~=.kuva'],
    ['.Kuva/x', '%~=.Kuva/x'],
    ['a%~b', 'a%~pb'],
  ])('escape what a folder cannot hold: %j becomes %j', (key, path) => {
    expect(plainPath(key, linux)).toBe(path);
    expect(keyOfPath(path, linux)).toBe(key);
  });

  it('escape what Windows cannot hold, on Windows', () => {
    expect(plainPath('c:\\a?.jpg', windows)).toBe('c%~x3A;%~x5C;a%~x3F;.jpg');
    expect(plainPath('con/dot.', windows)).toBe('%~=con/dot%~x2E;');
  });

  it.each([linux, windows])('lead back to every key, from both places ($windows)', (rules) => {
    fc.assert(
      fc.property(keys, (key) => {
        expect(keyOfPath(plainPath(key, rules), rules)).toBe(key);
        expect(keyOfPath(flatPath(key, rules), rules)).toBe(key);
      }),
    );
  });

  it('never hold a dot part, an empty part, the work folder or more than 255 bytes', () => {
    fc.assert(
      fc.property(keys, (key) => {
        for (const path of [plainPath(key, linux), flatPath(key, linux)]) {
          const names = path.split('/');
          expect(
            names.filter((name) => ['', '.', '..'].includes(name) || Buffer.byteLength(name) > 255),
          ).toEqual([]);
          expect(names[0]?.toLowerCase()).not.toBe('.kuva');
        }
      }),
    );
  });

  it('never lie within another file in the flat place', () => {
    fc.assert(
      fc.property(keys, keys, (one, other) => {
        expect(`${flatPath(other, linux)}/`.startsWith(`${flatPath(one, linux)}/`)).toBe(one === other);
      }),
    );
  });

  it.each([
    '%~q',
    'a%~',
    '%~=a',
    'x%~+',
    '%~flat',
    '.kuva/x',
    'a%~x3A;',
    '%~flat/%~=a',
    'a%~+/%~+b',
  ])('are nobody’s key when kuva would not write them: %j', (path) => {
    expect(keyOfPath(path, linux)).toBeUndefined();
  });
});
