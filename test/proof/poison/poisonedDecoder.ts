/** A decoder's program that really dies, hangs or eats memory, when an image tells it to: libvips keeps its bugs to itself. */
import { pbkdf2Sync } from 'node:crypto';
import { writeSync } from 'node:fs';
import { channel, serve } from '../../../src/transform/isolated/serve.ts';
import { createTransformer } from '../../../src/transform/transformer.ts';
import { type Poison, poisonOf } from './poisons.ts';

const deeds: Readonly<Record<Poison, () => void>> = {
  segfault: () => process.kill(process.pid, 'SIGSEGV'),
  abort: () => {
    process.abort();
  },
  exit: () => process.exit(3),
  'hang-in-a-loop': () => {
    for (;;);
  },
  'hang-in-native-code': () => pbkdf2Sync('a', 'b', 2 ** 31 - 1, 64, 'sha512'),
  'eat-memory': () => {
    const eaten: Buffer[] = [];
    for (;;) {
      eaten.push(Buffer.alloc(16e6, eaten.length + 1));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  },
  'speak-nonsense': () => {
    writeSync(channel, Buffer.alloc(100_000, 0x41));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
  'crash-in-the-header': () => process.kill(process.pid, 'SIGBUS'),
};

serve((limits, files) => {
  const real = createTransformer(limits, { files });
  return Promise.resolve({
    ...real,
    inspect: (bytes) => {
      if (poisonOf(bytes) === 'crash-in-the-header') deeds['crash-in-the-header']();
      return real.inspect(bytes);
    },
    apply: (bytes, facts, recipe) => {
      const poison = poisonOf(bytes);
      if (poison !== undefined) deeds[poison]();
      return real.apply(bytes, facts, recipe);
    },
  });
});
