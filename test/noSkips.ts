/** In CI (`KUVA_TEST_REQUIRE=all`) a test that did not run is a failure: what it would have shown was not shown. */
import type { Reporter, TestModule } from 'vitest/node';

export default class NoSkips implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    if (process.env['KUVA_TEST_REQUIRE'] !== 'all') return;
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map((test) => `${module.relativeModuleId}: ${test.fullName}`),
    );
    if (skipped.length === 0) return;
    console.error(`KUVA_TEST_REQUIRE=all, but these were skipped:\n  ${skipped.join('\n  ')}`);
    process.exitCode = 1;
  }
}
