/**
 * `npm test`: prepares the native engine once, checks types, lint and layout, runs the tests, and ends with two lines: which
 * engines the tests covered, and the counts. Arguments go to vitest (`npm test -- test/store`), which then is all that runs.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { engineCoverage, engineWanted } from '../test/support/engine-coverage.ts';

const root = resolve(import.meta.dirname, '..');
const MAX_CHECK_OUTPUT = 20_000;

/** Node 24 comes with the checkout; better-sqlite3 and these TypeScript files need it. */
function ensureNode24(): void {
  if (Number(process.versions.node.split('.')[0]) >= 24) return;
  const own = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  if (process.env['FOLIO_NODE24'] === '1' || !existsSync(own)) {
    console.error(
      `These tests need Node 24; this is ${process.version} and node_modules/.bin/node is not newer. Run npm ci again.`,
    );
    process.exit(1);
  }
  const again = spawnSync(own, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, FOLIO_NODE24: '1' },
    shell: process.platform === 'win32',
  });
  process.exit(again.status ?? 1);
}

interface Finished {
  readonly code: number;
  readonly output: string;
  readonly seconds: number;
}

/** Runs a program on this very Node. Its output is shown as it comes, or kept for the case that it fails. */
function runNode(args: readonly string[], show: boolean, env: NodeJS.ProcessEnv = process.env): Promise<Finished> {
  const start = performance.now();
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env,
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    });
    let output = '';
    const keep = (chunk: Buffer): void => {
      if (output.length < MAX_CHECK_OUTPUT) output += chunk.toString();
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('error', fail);
    child.on('close', (code) => done({ code: code ?? 1, output, seconds: (performance.now() - start) / 1000 }));
  });
}

const CHECKS: readonly (readonly [name: string, script: string, ...args: string[]])[] = [
  ['types', 'node_modules/typescript/bin/tsc', '--noEmit', '-p', '.'],
  ['types of the window’s tests', 'node_modules/typescript/bin/tsc', '--noEmit', '-p', 'test/renderer'],
  [
    'components',
    'node_modules/svelte-check/bin/svelte-check',
    '--tsconfig',
    'src/renderer/tsconfig.json',
    '--output',
    'human',
  ],
  ['lint', 'node_modules/eslint/bin/eslint.js', '.'],
  ['layout', 'node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'],
];

/** The names of the checks that failed. */
async function check(): Promise<string[]> {
  const failed: string[] = [];
  for (const [name, ...command] of CHECKS) {
    const { code, output, seconds } = await runNode(command, false);
    console.log(`${code === 0 ? '✓' : '✗'} ${name} (${seconds.toFixed(1)} s)`);
    if (code !== 0) {
      failed.push(name);
      console.log(output.trimEnd());
    }
  }
  return failed;
}

const reportSchema = z.looseObject({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(
    z.looseObject({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.looseObject({ status: z.string() })),
    }),
  ),
});

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Counts from vitest's report. A file that failed outside of its tests (it did not even load) counts as one failure. */
function countTests(reportFile: string): Counts | null {
  if (!existsSync(reportFile)) return null;
  const report = reportSchema.parse(JSON.parse(readFileSync(reportFile, 'utf8')));
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

async function main(args: readonly string[]): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), 'folio-test-'));
  try {
    const whole = args.length === 0;
    if (engineWanted('tensorflow')) await runNode([join(root, 'scripts', 'prepare-engine.ts')], true);
    else console.log('The native engine is left out (FOLIO_TEST_ENGINES).');

    const failedChecks = whole ? await check() : [];

    const reportFile = join(scratch, 'report.json');
    const coverageFile = join(scratch, 'engines.jsonl');
    const vitest = await runNode(
      [
        'node_modules/vitest/vitest.mjs',
        'run',
        '--reporter=default',
        '--reporter=./scripts/skipped-reporter.ts',
        '--reporter=json',
        `--outputFile.json=${reportFile}`,
        ...args,
      ],
      true,
      { ...process.env, FOLIO_TEST_COVERAGE: coverageFile },
    );
    const counts = countTests(reportFile) ?? { passed: 0, failed: 1, skipped: 0 };
    // An error outside of every test (an unhandled rejection, a worker that died) leaves no failed test behind.
    if (vitest.code !== 0 && counts.failed === 0) counts.failed = 1;
    counts.failed += failedChecks.length;

    if (failedChecks.length > 0) console.log(`\nFailed before any test: ${failedChecks.join(', ')} (see above)`);
    console.log(`\n${engineCoverage(coverageFile)}`);
    console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
    return counts.failed === 0 ? 0 : 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

ensureNode24();
process.exitCode = await main(process.argv.slice(2));
