import type { Reporter, TestModule } from "vitest/node";

/**
 * Ends a run with the line `N passed, N failed` (and `, N skipped` if any), which `.ci/run` and people read. Whatever fails outside a
 * test (a file that does not load, a hook, an unhandled error) counts as one failure, so that a red run never says `0 failed`.
 */
export class CountReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandledErrors: ReadonlyArray<unknown>, reason: string): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      let failedTests = 0;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        count[state] += 1;
        if (state === "failed") failedTests += 1;
      }
      if (module.state() === "failed" && failedTests === 0) count.failed += 1;
    }
    if (count.failed === 0 && (reason !== "passed" || count.passed === 0)) count.failed = 1;
    const skipped = count.skipped + count.pending;
    const line = `${count.passed} passed, ${count.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
    // At exit, because the teardown of the run still prints.
    process.once("exit", () => process.stdout.write(`${line}\n`));
  }
}
