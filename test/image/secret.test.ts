import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Secret } from '../../src/image/secret.ts';

test('a secret shows in nothing that prints it, and is told when asked for', () => {
  const secret = new Secret('hunter2');
  const texts = [
    String(secret),
    ''.concat(secret.toString()),
    JSON.stringify({ secret }),
    inspect({ secret }, { showHidden: true, depth: 9 }),
    inspect(new Error('x', { cause: secret })),
    JSON.stringify(Object.entries(secret)),
    JSON.stringify(structuredClone(secret)),
  ];
  for (const text of texts) expect(text).not.toContain('hunter2');
  expect(JSON.stringify({ secret })).toBe('{"secret":"(hidden)"}');
  expect(secret.reveal()).toBe('hunter2');
  expect(secret.equals(new Secret('hunter2'))).toBe(true);
  expect(secret.equals(new Secret('other'))).toBe(false);
});
