// Turns the report of a vitest run into two numbers that hide nothing.

/**
 * Passed and failed. A file that does not load, a run that crashed, a run without tests and a skipped test are
 * failures too. `chosen` says that a name pattern was given: what it leaves out was then left out on purpose.
 */
export function figuresOf(report, { exitCode, chosen = false }) {
  if (report === undefined) return { passed: 0, failed: 1 };
  let passed = 0;
  let failed = 0;
  for (const file of report.testResults) {
    for (const { status } of file.assertionResults) {
      if (status === "passed") passed++;
      else if (status === "failed" || !chosen) failed++;
    }
    const hasOwnFailure = file.assertionResults.some(({ status }) => status === "failed");
    if (file.status === "failed" && !hasOwnFailure) failed++;
  }
  // An error outside every test, or nothing at all that ran.
  if (failed === 0 && (exitCode !== 0 || passed === 0)) failed = 1;
  return { passed, failed };
}
