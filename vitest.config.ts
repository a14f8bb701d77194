import { defineConfig } from 'vitest/config';

/**
 * Three projects: `parts` tests each part on real servers, `whole` runs the built program end to end, `proof` breaks
 * things on purpose and checks that nothing is lost. Real servers and real images are slower than unit tests, and the
 * machines are small: hence the generous limits.
 */
const shared = {
  globalSetup: ['test/globalSetup.ts'],
  setupFiles: ['test/setup.ts'],
  testTimeout: 60_000,
  hookTimeout: 120_000,
};

/**
 * CI's machines are shared: a test that waits for a real process gets a second try there, and `secondTries.ts` tells
 * which ones needed it. Not so the proof: an image that is lost once in two runs is lost.
 */
const retry = process.env['CI'] === 'true' ? 1 : 0;

export default defineConfig({
  test: {
    // Tests wait for processes and servers most of the time: two of them leave a third of two cores idle.
    maxWorkers: 3,
    reporters: ['default', './test/noSkips.ts', './test/secondTries.ts'],
    projects: [
      {
        test: {
          ...shared,
          retry,
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: ['test/whole/**', 'test/proof/**'],
        },
      },
      {
        test: { ...shared, retry, name: 'whole', include: ['test/whole/**/*.test.ts'], testTimeout: 180_000 },
      },
      { test: { ...shared, name: 'proof', include: ['test/proof/**/*.test.ts'], testTimeout: 180_000 } },
    ],
  },
});
