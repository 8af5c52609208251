/** The lowered program's package, started: on its own, somewhere else, with nothing of the machine's but a display. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { extractFile } from '@electron/asar';
import { z } from 'zod';
import { highlights, KIT, LAUNCHES, launchScript, LIMIT_SECONDS } from '../lowered.ts';
import { runQuietly } from '../processes.ts';
import { ownTarget } from './contents.ts';
import { places } from './inspect.ts';

const SELF_TEST_LIMIT_MS = 240_000;

const reportSchema = z.looseObject({
  ok: z.boolean(),
  steps: z.array(z.looseObject({ name: z.string(), outcome: z.string() })),
});

/** Starts it as the smoke test does, then its self-test if it knows one. False when something failed; `report` is told each outcome. */
export async function tryLowered(
  folder: string,
  place: string,
  engine: 'tensorflow' | 'wasm',
  report: (what: string, problems: readonly string[]) => boolean,
): Promise<boolean> {
  const { binary, resources } = places(folder, ownTarget());
  const offline = await withoutNetwork();
  const [home, work, node] = [join(place, 'home'), join(place, 'work'), join(place, 'node')];
  for (const made of [home, work]) mkdirSync(made);
  // Its trainer is a process of a newer Node, which has to be somewhere; nothing else of the checkout is at hand.
  copyFileSync(process.execPath, node);
  const env = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: home,
    ELECTRON9: binary,
    SMOKE_NODE: node,
    SMOKE_TIMEOUT: String(LIMIT_SECONDS),
    FOLIO_DATA: join(place, 'data'),
  };
  const where = offline.length > 0 ? 'with no network' : 'with the network (no unshare here)';
  for (const { name, script } of LAUNCHES) {
    const ui = join(work, `${script}.js`);
    writeFileSync(ui, launchScript(script, engine));
    const [program = '', ...args] = [...offline, join(KIT, 'smoke'), work, join(place, `${script}.png`), ui];
    const limitMs = (LIMIT_SECONDS + 30) * 1000;
    const { code, output } = await runQuietly(program, args, { cwd: work, env, limitMs });
    if (!report(`packaged, ${where}, on ${engine}: ${name}`, code === 0 ? [] : [output])) return false;
    for (const line of highlights(output)) console.log(`  ${line}`);
  }
  const main = extractFile(join(resources, 'app.asar'), 'main/main.cjs').toString('utf8');
  if (!main.includes('--self-test')) return report('(this program knows no --self-test)', []);
  const problem = await selfTest(binary, place, { offline, env, engine });
  return report(`packaged, ${where}: --self-test`, problem === null ? [] : [problem]);
}

/** How a program is started without a network; empty where that is not allowed. */
async function withoutNetwork(): Promise<string[]> {
  for (const command of [
    ['unshare', '--net'],
    ['unshare', '--map-root-user', '--net'],
  ]) {
    const [program = '', ...args] = command;
    if ((await runQuietly(program, [...args, 'true'], {})).code === 0) return command;
  }
  return [];
}

async function selfTest(
  binary: string,
  place: string,
  { offline, env, engine }: { offline: readonly string[]; env: Record<string, string>; engine: string },
): Promise<string | null> {
  const [data, temporary, file] = [join(place, 'untouched'), join(place, 'tmp'), join(place, 'report.json')];
  mkdirSync(temporary);
  const sandbox = process.getuid?.() === 0 || offline.length > 2 ? '--no-sandbox' : '--disable-seccomp-filter-sandbox';
  const preload = join(env['HOME'] ?? '', '.cache/electron-smoke/e9napi.so'); // the launches made it
  const command = [
    'xvfb-run',
    '-a',
    'env',
    `LD_PRELOAD=${preload}`,
    binary,
    sandbox,
    '--self-test',
    '--json',
    '--out',
    file,
  ];
  const [program = '', ...args] = [...offline, ...command];
  const { code, output } = await runQuietly(program, args, {
    cwd: place,
    limitMs: SELF_TEST_LIMIT_MS,
    env: { ...env, FOLIO_DATA: data, TMPDIR: temporary, SMOKE_SHOT: '', SMOKE_SCRIPT: '' },
  });
  if (code !== 0) return `it ended with ${code}\n${output}`;
  const { ok, steps } = reportSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  console.log(`  ${steps.map((step) => `${step.name} ${step.outcome}`).join(', ')}`);
  if (!ok) return `it says that not all is well\n${output}`;
  if (!steps.some((step) => step.name === `engine ${engine}` && step.outcome === 'ok'))
    return `no engine ${engine}\n${output}`;
  if (existsSync(data)) return `it touched the person's folder: ${readdirSync(data).join(', ')}`;
  return null;
}
