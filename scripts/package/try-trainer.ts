/** The real package's trainer, started by this Node out of the package: bundled code and native parts work where they lie. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { toErrorMessage } from '../../src/shared/errors.ts';
import { forkTrainer } from '../../src/main/headless/trainer-process.ts';
import { createEngineService } from '../../src/main/services/engines.ts';
import { useSwiftShader } from '../../test/support/swiftshader.ts';
import { ownTarget } from './contents.ts';
import { places } from './inspect.ts';

/** Each engine that can work here must pass its self-test. Returns what did not. */
export async function tryTrainer(folder: string, place: string, engine: string | null): Promise<string[]> {
  const { resources } = places(folder, ownTarget());
  const empty = join(place, 'empty');
  mkdirSync(empty);
  // Nothing but what is in the package: no cache, and a graphics card played by the processor where there is that driver.
  process.env['FOLIO_CACHE'] = empty;
  process.env['FOLIO_BUNDLED_ENGINES'] = join(resources, 'engine/tensorflow');
  const wanted = ['wasm', ...(engine === null ? [] : ['tensorflow'])];
  try {
    useSwiftShader();
    wanted.push('webgpu');
  } catch (error) {
    console.log(`  without webgpu: ${toErrorMessage(error).message}`);
  }
  const entry = join(resources, 'app.asar.unpacked/out/main/trainer/entry.js');
  const engines = createEngineService({ startTrainer: (purpose) => forkTrainer(entry, purpose) });
  const problems: string[] = [];
  for (const { engine: name, available, device, reason, selfTest } of await engines.probe()) {
    console.log(`  ${name}: ${available ? device : reason}`);
    if (wanted.includes(name) && (!available || selfTest !== 'passed'))
      problems.push(`${name}: ${reason} (${selfTest})`);
  }
  return problems;
}
