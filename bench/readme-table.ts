/** The table under "How fast" in the README, from the result of one run with the peers. */
import { markdownTable } from './markdown.ts';
import type { ContenderResult, TaskResult } from './report.ts';
import type { Program, TaskId } from './tasks.ts';

const NAMES: Readonly<Record<TaskId, string>> = {
  step: "tutorial's training step, float32, ms",
  'step-mixed': "tutorial's, mixed precision (each program's own), ms",
  'step-lstm': "tutorial's with an LSTM, float32, ms",
  'step-quick': "`quick`'s, float32, ms",
  'step-char-rnn': "`char-rnn`'s, float32, ms",
  'step-chinese': "tutorial's with 6,000 characters, float32, ms",
  'generate-1': 'generation, one stream, characters a second',
  'generate-8': 'generation, 8 streams, characters a second',
};

const PROGRAMS: readonly Program[] = ['Folio', 'Keras', 'PyTorch'];

/** Prettier leaves it as it is. Best values; in brackets how many times as fast Folio is, and between which values it was in the rounds. */
export function readmeTable(results: readonly TaskResult[]): string {
  const all = results.flatMap(({ contenders }) => contenders);
  const rows = results.map(({ task, contenders }) => [
    NAMES[task],
    ...PROGRAMS.map((program) =>
      contenders
        .filter((contender) => contender.program === program)
        .map(program === 'Folio' ? ownCell : peerCell)
        .join('; '),
    ),
  ]);
  return markdownTable([['', ...PROGRAMS.map((program) => columnName(program, all))], ...rows]);
}

/** "Keras 3.15": without what only fixes errors, and without the library under it. */
function columnName(program: Program, all: readonly ContenderResult[]): string {
  if (program === 'Folio') return program;
  const version = all.find((contender) => contender.program === program)?.version ?? program;
  return /^\w+ \d+\.\d+/.exec(version)?.[0] ?? program;
}

/** A second one of Folio's is there for its operations a second only. */
function ownCell({ note, summary, gflops }: ContenderResult): string {
  if (note !== '') return `${note} ${whole(gflops ?? 0)} GFLOP/s`;
  return gflops === null ? whole(summary.best) : `${whole(summary.best)} (${whole(gflops)} GFLOP/s)`;
}

function peerCell({ note, summary, folioIsFaster }: ContenderResult): string {
  const named = note === '' ? '' : `${note} `;
  if (folioIsFaster === null) return `${named}${whole(summary.best)}`;
  const { ofBests, low, high } = folioIsFaster;
  return `${named}${whole(summary.best)} (${ofBests.toFixed(2)}x; ${low.toFixed(2)} to ${high.toFixed(2)})`;
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
