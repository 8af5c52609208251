/** Progress of a pack's installation as it is told: ten times a second at most, a download with its speed. */
import type { PackProgress } from '../../../../shared/contract/packs.ts';
import { Pace } from './pace.ts';

export type Report = (phase: PackProgress['phase'], done?: number, total?: number, file?: string) => void;

const PROGRESS_MS = 100;
const UNKNOWN = { bytesPerSecond: null, secondsLeft: null };

/** Lets through the first report of a phase and of a file, the last, and in between ten a second. */
export function progressTo(progress: (progress: PackProgress) => void): Report {
  const pace = new Pace();
  let said = '';
  let last = 0;
  return (phase, done = 0, total = 0, file = '') => {
    const now = performance.now();
    const what = `${phase} ${file}`;
    if (what === said && now - last < PROGRESS_MS && done < total) return;
    said = what;
    last = now;
    progress({ phase, done, total, file, ...(phase === 'download' ? pace.at(done, total) : UNKNOWN) });
  };
}
