/**
 * `npm run smoke`: the desktop program, lowered at test time, in a real (old) Electron: it starts, answers over IPC, trains in a utility
 * process, writes into its record, and finds it all again when it is started once more. Needs a kit that lies beside the checkout; where
 * that or a tool is missing it says so and passes.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildLowered, highlights, KIT, LAUNCHES, launchScript, LIMIT_SECONDS, oldElectron } from './lowered.ts';
import { runQuietly } from './processes.ts';
import { smokeSelfTest } from './smoke-self-test.ts';

const root = resolve(import.meta.dirname, '..');

async function main(): Promise<number> {
  const electron = await oldElectron();
  if ('missing' in electron) {
    console.log(`smoke: skipped: ${electron.missing}`);
    return 0;
  }
  const wrong = await buildLowered();
  if (wrong !== null) {
    console.log(`smoke: the lowered program could not be built\n${wrong}`);
    return 1;
  }
  const data = mkdtempSync(join(tmpdir(), 'folio-smoke-'));
  try {
    for (const { name, script } of LAUNCHES) {
      const ui = join(root, 'out-smoke', `${script}.js`);
      writeFileSync(ui, launchScript(script, 'wasm'));
      const { code, output } = await runQuietly(
        join(KIT, 'smoke'),
        [join(root, 'out-smoke'), join(root, 'out-smoke', `${script}.png`), ui],
        {
          cwd: root,
          limitMs: (LIMIT_SECONDS + 30) * 1000,
          env: {
            ...process.env,
            FOLIO_DATA: join(data, 'record'),
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
      for (const line of highlights(output)) console.log(`  ${line}`);
    }
    const problem = await smokeSelfTest(root, KIT);
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
