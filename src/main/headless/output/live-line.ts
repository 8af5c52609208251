/** The one line at the bottom of a terminal that moves while something works; plain lines, now and then, elsewhere. */
import { createRequire } from 'node:module';
import type progress from 'cli-progress';
import type { OutputStream } from '../io.ts';
import { cells, cut } from './layout.ts';

export interface LiveState {
  /** 0 to 1; null shows no bar. */
  readonly fraction: number | null;
  /** Before the bar: "epoch 2/10". */
  readonly label: string;
  /** After it, the most important first; what has no room is left out. */
  readonly facts: readonly string[];
}

const BAR = { most: 30, least: 8 };

/**
 * The state as one line of at most `width` cells: facts are dropped from the end, then the bar shrinks and goes. `paint` may
 * colour the bar's two parts.
 */
export function formatLine(
  state: LiveState,
  width: number,
  paint: (done: string, left: string) => string = (done, left) => done + left,
): string {
  const percent = state.fraction === null ? '' : `${String(Math.floor(state.fraction * 100)).padStart(3)}%`;
  const facts = [...state.facts];
  const joined = (): string => [state.label, percent, facts.join('  ')].filter((part) => part !== '').join('  ');
  const barRoom = state.fraction === null ? 0 : BAR.least + 2;
  while (facts.length > 1 && cells(joined()) + barRoom > width) facts.pop();

  const size = Math.min(BAR.most, width - cells(joined()) - 2);
  if (state.fraction === null || size < BAR.least) return cut(joined(), width);
  const done = Math.round(state.fraction * size);
  const bar = paint('━'.repeat(done), '─'.repeat(size - done));
  return [state.label, bar, percent, facts.join('  ')].filter((part) => part !== '').join('  ');
}

/** The state as a line that stays. */
export function plainLine({ label, fraction, facts }: LiveState): string {
  const percent = fraction === null ? '' : `${Math.floor(fraction * 100)}%`;
  return `${[label, percent, ...facts].filter((part) => part !== '').join('  ')}\n`;
}

export interface LiveLine {
  show(state: LiveState): void;
  /** Takes the line away, so that other text can be written; the next `show` brings it back. */
  clear(): void;
}

export interface LiveLineOptions {
  readonly stream: OutputStream;
  /** Whether the stream is a terminal whose lines can be redrawn. */
  readonly live: boolean;
  readonly paint?: (done: string, left: string) => string;
  readonly now?: () => number;
}

/** Plain lines come at most so often. */
const PLAIN_INTERVAL_MS = 5000;
const DEFAULT_COLUMNS = 80;

export function createLiveLine(options: LiveLineOptions): LiveLine {
  return options.live ? redrawnLine(options) : plainLines(options);
}

function redrawnLine({ stream, paint }: LiveLineOptions): LiveLine {
  // Loaded here: only trainings and installations need it. The package is CommonJS.
  const { SingleBar } = createRequire(import.meta.url)('cli-progress') as typeof progress;
  let bar: progress.SingleBar | null = null;
  let state: LiveState = { fraction: null, label: '', facts: [] };
  return {
    show(next) {
      state = next;
      if (bar !== null) {
        bar.update(0, {});
        return;
      }
      bar = new SingleBar({
        stream: stream as NodeJS.WritableStream,
        format: () => formatLine(state, (stream.columns ?? DEFAULT_COLUMNS) - 1, paint),
        hideCursor: true,
        clearOnComplete: true,
        fps: 8,
      });
      bar.start(1, 0);
    },
    clear() {
      state = { fraction: null, label: '', facts: [] };
      bar?.stop();
      bar = null;
    },
  };
}

function plainLines({ stream, now = () => performance.now() }: LiveLineOptions): LiveLine {
  let last = -Infinity;
  return {
    show(state) {
      if (now() - last < PLAIN_INTERVAL_MS) return;
      last = now();
      stream.write(plainLine(state));
    },
    clear() {
      // What was written stays.
    },
  };
}
