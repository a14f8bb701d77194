import { defineConfig } from 'vitest/config';

/**
 * Two projects: `parts` tests each part on real servers, `whole` runs the built program end to end. Real servers
 * and real images are slower than unit tests, and the machines are small: hence the generous limits.
 */
const shared = {
  globalSetup: ['test/globalSetup.ts'],
  setupFiles: ['test/setup.ts'],
  testTimeout: 60_000,
  hookTimeout: 120_000,
};

export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ['default', './test/noSkips.ts'],
    projects: [
      { test: { ...shared, name: 'parts', include: ['test/**/*.test.ts'], exclude: ['test/whole/**'] } },
      { test: { ...shared, name: 'whole', include: ['test/whole/**/*.test.ts'] } },
    ],
  },
});
