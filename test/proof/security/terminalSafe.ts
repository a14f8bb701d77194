import { expect } from 'vitest';

/** What no command may print raw: C0 but line ends, DEL, C1, and what turns the direction of a line around. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const raw = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

export function expectTerminalSafe(printed: string): void {
  const at = raw.exec(printed)?.index;
  const found = at === undefined ? '' : JSON.stringify(printed.slice(Math.max(0, at - 40), at + 20));
  expect(found, 'raw control characters were printed').toBe('');
}
