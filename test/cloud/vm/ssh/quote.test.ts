import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { quoteCommand } from '../../../../src/cloud/vm/ssh/quote.ts';

it('brings every word through a shell as it is', () => {
  const words = [
    'a b',
    "it's",
    '$HOME',
    '`id`',
    '"',
    '\\',
    '',
    '*',
    '!x',
    '-n',
    'line\nbreak',
    'ä',
    "'''",
    '~',
  ];
  const script = `printf '%s\\0' ${quoteCommand(words)}`;
  expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)).toEqual(words);
});
