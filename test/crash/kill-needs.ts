/** What the tests that kill at single system calls need; null when it is here, else what is missing. */
import { spawnSync } from 'node:child_process';

export const missingForKills: string | null = whyNot();

function whyNot(): string | null {
  if (process.platform !== 'linux') return 'needs Linux (LD_PRELOAD)';
  if (spawnSync('cc', ['--version']).status !== 0) return 'needs a C compiler (cc)';
  return null;
}
