/**
 * `npm run smoke`: the desktop program, lowered at test time, in a real (old) Electron: it starts, answers over IPC, trains in a utility
 * process, writes into its record, and finds it all again when it is started once more. Needs a kit that lies beside the checkout; where
 * that or a tool is missing it says so and passes.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runQuietly } from './processes.ts';
import { smokeSelfTest } from './smoke-self-test.ts';

const root = resolve(import.meta.dirname, '..');
const kit = resolve(process.env['FOLIO_SMOKE_KIT'] ?? join(root, '../shared/electron-smoke'));
const LIMIT_SECONDS = 45;

const LAUNCHES = [
  { name: 'a fresh record: the wire, a training in the utility process, its text', script: 'first-launch' },
  { name: 'the same record: everything is there, the page is locked in; quit while training', script: 'second-launch' },
  { name: 'after that: the training is offered, goes on, stops; its weights write', script: 'third-launch' },
];

/** Why the smoke test cannot run here; null when it can. */
async function impossible(): Promise<string | null> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the old Electron is for Linux on x64';
  if (!existsSync(join(kit, 'smoke')))
    return 'the kit with the old Electron is not here (FOLIO_SMOKE_KIT names its folder)';
  for (const tool of ['xvfb-run', 'gcc', 'python3']) {
    if ((await runQuietly('which', [tool], {})).code !== 0) return `${tool} is not installed`;
  }
  const { code, output } = await runQuietly(join(kit, 'get-electron'), [], { limitMs: 180_000 });
  return code === 0 ? null : `the old Electron cannot be had: ${output.trim().split('\n').at(-1) ?? ''}`;
}

async function main(): Promise<number> {
  const reason = await impossible();
  if (reason !== null) {
    console.log(`smoke: skipped: ${reason}`);
    return 0;
  }
  const built = await runQuietly(
    process.execPath,
    [
      join(root, 'node_modules/electron-vite/bin/electron-vite.js'),
      'build',
      '--config',
      'electron.vite.smoke.config.ts',
    ],
    { cwd: root, env: { ...process.env, FOLIO_SMOKE_KIT: kit } },
  );
  if (built.code !== 0) {
    console.log(`smoke: the lowered program could not be built\n${built.output}`);
    return 1;
  }
  const data = mkdtempSync(join(tmpdir(), 'folio-smoke-'));
  try {
    for (const { name, script } of LAUNCHES) {
      const ui = join(root, 'out-smoke', `${script}.js`);
      writeFileSync(
        ui,
        ['page', script].map((part) => readFileSync(join(root, `test/smoke/${part}.js`), 'utf8')).join('\n'),
      );
      const { code, output } = await runQuietly(
        join(kit, 'smoke'),
        [join(root, 'out-smoke'), join(root, 'out-smoke', `${script}.png`), ui],
        {
          cwd: root,
          limitMs: (LIMIT_SECONDS + 30) * 1000,
          env: {
            ...process.env,
            FOLIO_DATA: data,
            SMOKE_NODE: process.execPath,
            SMOKE_TIMEOUT: String(LIMIT_SECONDS),
          },
        },
      );
      console.log(`smoke: ${code === 0 ? '✓' : '✗'} ${name}`);
      if (code !== 0) {
        console.log(output);
        return 1;
      }
      for (const asked of output.match(/(?<=\[smoke\] )asked: .*/g) ?? []) console.log(`  ${asked}`);
      const result = /\[smoke\] result (.*)/.exec(output)?.[1];
      if (result !== undefined) console.log(`  ${result}`);
    }
    const problem = await smokeSelfTest(root, kit);
    console.log(
      `smoke: ${problem === null ? '✓' : '✗'} --self-test: without a window, beside the record, gone without a trace`,
    );
    if (problem !== null) console.log(problem);
    return problem === null ? 0 : 1;
  } finally {
    rmSync(data, { recursive: true, force: true, maxRetries: 3 });
  }
}

process.exitCode = await main();
