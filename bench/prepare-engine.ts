import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Installs the native engine if it is not there, showing what it does, as the first training would. Never fails. */
export function prepareEngine(): void {
  const script = join(import.meta.dirname, '..', 'scripts', 'prepare-engine.ts');
  spawnSync(process.execPath, [script], { stdio: ['ignore', 2, 2] });
}
