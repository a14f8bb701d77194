/** What an image may do to the test's own decoder: it is written behind the end of a sound JPEG, where decoders do not look. */
export const poisons = [
  'segfault',
  'abort',
  'exit',
  'hang-in-a-loop',
  'hang-in-native-code',
  'eat-memory',
  'speak-nonsense',
  'crash-in-the-header',
] as const;

export type Poison = (typeof poisons)[number];

const mark = 'POISON:';

export function poisoned(jpeg: Buffer, poison: Poison): Buffer {
  return Buffer.concat([jpeg, Buffer.from(mark + poison)]);
}

export function poisonOf(bytes: Uint8Array): Poison | undefined {
  const end = Buffer.from(bytes.subarray(-64)).toString('latin1');
  return poisons.find((poison) => end.endsWith(mark + poison));
}
