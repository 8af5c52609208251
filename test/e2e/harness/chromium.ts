/** The system's Chromium, which the end-to-end tests drive. The tests bring none along. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { commandLine, processTree } from './connections.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** The first one in PATH, or null. */
export function findChromium(path: string = process.env['PATH'] ?? ''): string | null {
  for (const folder of path.split(delimiter).filter(Boolean)) {
    for (const name of NAMES) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not here.
      }
    }
  }
  return null;
}

/**
 * The Chromium that this process has started, the first of its processes.
 * @throws Error when there is none.
 */
export function startedChromium(): number {
  const own = processTree(process.pid).find((pid) => pid !== process.pid && /chrom/i.test(commandLine(pid)));
  if (own === undefined) throw new Error('this process has started no Chromium');
  return own;
}

export const NO_CHROMIUM = 'no chromium in PATH (Debian: apt-get install chromium)';
