/**
 * `npm run package:check`: packages made with an old Electron that can be had where today's cannot, and tried out.
 *
 * - The real configuration with the real build, its list of files held against what it should be, its fuses flipped and read back (the old
 *   Electron has none: a wire as today's has is appended to its binary). Its trainer is started by this Node, and every engine tries
 *   itself; the program itself is not, as it is for a newer Electron.
 * - The packages of Windows and macOS the same way, in stand-ins for their Electron: their lists and fuses only.
 * - The lowered program (electron.vite.smoke.config.ts) by the same configuration, started from a folder outside of the checkout, with an
 *   empty home, no network, and the engine out of the package: the smoke test's launches, and the self-test.
 * - What starts an AppImage again (try-relaunch.ts).
 *
 * Where the kit with the old Electron or a tool is missing it says so and passes.
 */
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { toErrorMessage } from '../../src/shared/errors.ts';
import { buildWhenStale } from '../app-build.ts';
import { buildLowered, oldElectron } from '../lowered.ts';
import { configuration, loweredConfiguration } from './configuration.ts';
import { ownTarget } from './contents.ts';
import { prepareEngine } from './engine.ts';
import { FUSE_WIRE } from './fuse-wire.ts';
import { engineOf, inspect, places, sizes, wrongFuses } from './inspect.ts';
import { hasDrawings, tryOtherSystems } from './other-systems.ts';
import { writeNotices } from './notices.ts';
import { pack } from './pack.ts';
import { tryLowered } from './try-lowered.ts';
import { tryRelaunch } from './try-relaunch.ts';
import { tryTrainer } from './try-trainer.ts';

const root = resolve(import.meta.dirname, '../..');

const say = (line: string): void => console.log(`package: ${line}`);

/** The engine's build, or null where there is none for the tests either. */
async function engineHere(): Promise<string | null> {
  try {
    return engineOf(await prepareEngine(root, ownTarget(), say));
  } catch (error) {
    say(`without TensorFlow: ${toErrorMessage(error).message.split('\n')[0] ?? ''}`);
    return null;
  }
}

async function main(): Promise<number> {
  const electron = await oldElectron();
  if ('missing' in electron) {
    say(`skipped: ${electron.missing}`);
    return 0;
  }
  const target = ownTarget();
  const wrong = (await buildWhenStale(root, say)) ?? (await buildLowered());
  if (wrong !== null) {
    say(`the program could not be built\n${wrong}`);
    return 1;
  }
  const engine = await engineHere();
  await writeNotices({ root, platform: `${target.platform}-${target.arch}`, engine: engine !== null, say });
  const unprepared = engine === null ? { beforePack: null } : {};
  const place = mkdtempSync(join(tmpdir(), 'folio-package-'));
  const report = (what: string, problems: readonly string[]): boolean => {
    say(`${problems.length === 0 ? '✓' : '✗'} ${what}`);
    for (const problem of problems) console.log(`  ${problem}`);
    return problems.length === 0;
  };
  try {
    const fused = join(place, 'electron');
    cpSync(dirname(electron.path), fused, { recursive: true });
    appendFileSync(join(fused, 'electron'), FUSE_WIRE);
    const common = { root, target, folderOnly: true };
    const real = await pack({
      ...common,
      configuration: { ...configuration(), ...unprepared, directories: { output: join(place, 'real') } },
      electronDist: fused,
    });
    const notices = true;
    const lists = report(
      'the package holds what it should and nothing else',
      inspect(real.folder, root, { target, engine, notices }),
    );
    const fuses = report('its fuses are set', await wrongFuses(places(real.folder, target).binary));
    const trains = report('its trainer works from where it lies', await tryTrainer(real.folder, place, engine));
    for (const [what, bytes] of sizes(real.folder, target)) console.log(`  ${(bytes / 1e6).toFixed(1)} MB ${what}`);
    let others = true;
    if (hasDrawings(root)) {
      for (const [name, problems] of await tryOtherSystems(root, place, notices)) {
        others = report(`the package for ${name} (in a stand-in for its Electron)`, problems) && others;
      }
    } else say('without the packages of other systems: build/icons is not there');
    for (const used of [fused, join(place, 'real')]) rmSync(used, { recursive: true, force: true });

    const lowered = await pack({
      ...common,
      configuration: { ...loweredConfiguration(), ...unprepared, directories: { output: join(place, 'lowered') } },
      electronDist: dirname(electron.path),
    });
    const restarts = report(
      'an AppImage is started again by its file once its old process has ended (a stand-in for its file)',
      await tryRelaunch(electron.path, place),
    );
    const runs = await tryLowered(lowered.folder, place, engine === null ? 'wasm' : 'tensorflow', report);
    return lists && fuses && trains && others && restarts && runs ? 0 : 1;
  } finally {
    rmSync(place, { recursive: true, force: true, maxRetries: 3 });
  }
}

process.exitCode = await main();
