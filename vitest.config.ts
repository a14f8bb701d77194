import { defineConfig } from 'vitest/config';

/**
 * Four projects: `parts` tests each part on real servers, `whole` runs the built program end to end, `proof` breaks
 * things on purpose and checks that nothing is lost, `clouds` makes machines on real control planes. Real servers and
 * real images are slower than unit tests, and the machines are small: hence the generous limits.
 */
const shared = {
  globalSetup: ['test/globalSetup.ts'],
  setupFiles: ['test/setup.ts'],
  testTimeout: 60_000,
  hookTimeout: 120_000,
};

/**
 * CI's machines are shared: a test that waits for a real process gets a second try there, and `secondTries.ts` tells
 * which ones needed it. In the proof only a wait that was too short gets one, never a finding: an image that is lost once
 * in two runs is lost.
 */
const retry = process.env['CI'] === 'true' ? 1 : 0;
const retryOfWaits = { count: retry, condition: /^waited \d+ ms in vain|^Test timed out/ };

export default defineConfig({
  test: {
    maxWorkers: 2,
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
      {
        test: {
          ...shared,
          retry: retryOfWaits,
          name: 'proof',
          include: ['test/proof/**/*.test.ts'],
          exclude: ['test/proof/cloud/**'],
          testTimeout: 180_000,
        },
      },
      {
        // One file after the other, and after everything else: they count what one account has in one cloud, and the
        // control planes alone fill two cores.
        test: {
          ...shared,
          retry,
          name: 'clouds',
          include: ['test/proof/cloud/**/*.test.ts'],
          testTimeout: 180_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
