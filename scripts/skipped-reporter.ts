import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/** Ends a test run with the tests that were skipped and why: a skipped test that nobody sees is a test that does not exist. */
export default class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines: string[] = [];
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const result = test.result();
        const note = result.state === 'skipped' ? result.note : undefined;
        // A whole `describe` cannot carry a note: its title does.
        const reason = note ?? (test.fullName.includes('(skipped: ') ? 'see its title' : 'no reason given');
        lines.push(`  ${relative(process.cwd(), module.moduleId)} > ${test.fullName}: ${reason}`);
      }
    }
    if (lines.length > 0) process.stdout.write(`\nSkipped tests and why:\n${lines.join('\n')}\n`);
  }
}
