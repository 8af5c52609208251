/** The line of long work that has an end, on stderr: it moves on a terminal; elsewhere a few lines tell the way, and always how far it came. */
import type { Io } from '../io.ts';
import { createLiveLine, plainLine } from './live-line.ts';
import type { LiveLine, LiveState } from './live-line.ts';

type WorkIo = Pick<Io, 'err' | 'env'>;

export function createWorkLine({ err, env }: WorkIo, now: () => number = () => performance.now()): LiveLine {
  const live = err.isTTY === true && env['TERM'] !== 'dumb';
  return live ? createLiveLine({ stream: err, live, now }) : fewLines(err, now);
}

/** A line comes when this much time has passed and a further tenth is done … */
const SHORT_MS = 5000;
/** … or when this much has passed, whatever is done. */
const LONG_MS = 60_000;

const tenths = (fraction: number | null): number => Math.floor((fraction ?? 0) * 10);

/** The beginning of each phase, steps of it, and its last state: what was shown last is never left unwritten. */
function fewLines(stream: WorkIo['err'], now: () => number): LiveLine {
  let written: LiveState | null = null;
  let pending: LiveState | null = null;
  let at = -Infinity;

  const write = (state: LiveState): void => {
    pending = null;
    written = state;
    at = now();
    stream.write(plainLine(state));
  };
  const flush = (): void => {
    if (pending !== null) write(pending);
  };
  const isDue = ({ fraction }: LiveState, { fraction: before }: LiveState): boolean => {
    if (fraction !== null && fraction >= 1) return before === null || before < 1;
    const passed = now() - at;
    if (passed >= LONG_MS) return true;
    return passed >= SHORT_MS && tenths(fraction) > tenths(before);
  };
  return {
    show(state) {
      if (written !== null && plainLine(state) === plainLine(written)) {
        pending = null;
        return;
      }
      if (state.label !== written?.label) {
        flush();
        write(state);
      } else if (isDue(state, written)) write(state);
      else pending = state;
    },
    clear: flush,
  };
}
