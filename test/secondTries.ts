/** A test that passed only at its second try is told by name: it is a fault to look into, not a success. */
import type { Reporter, TestModule } from 'vitest/node';

export default class SecondTries implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const flaky = modules.flatMap((module) =>
      [...module.children.allTests('passed')]
        .filter((test) => (test.diagnostic()?.retryCount ?? 0) > 0)
        .map((test) => `${module.relativeModuleId}: ${test.fullName}`),
    );
    if (flaky.length > 0) console.error(`Passed only at a second try:\n  ${flaky.join('\n  ')}`);
  }
}
