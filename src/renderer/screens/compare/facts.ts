/** What came of the runs, as rows beside their settings; losses with their difference from the baseline. */
import type { RunDetail } from '../../../shared/domain.ts';
import { networkShapeOf, parameterCount } from '../../../shared/network-shape.ts';
import type { Format } from '../../lib/format.ts';
import type { TermName, Words } from '../../words/en/index.ts';
import { lowest } from './settings.ts';

export interface FactCell {
  readonly text: string;
  /** The difference from the baseline; empty for none. */
  readonly note: string;
  /** Whether it is other than the baseline's where that is worth telling. */
  readonly differs: boolean;
}

export interface FactRow {
  readonly name: string;
  readonly term: TermName | null;
  /** Whether it came of the training: that is always worth telling. What runs only may have otherwise is told where they do. */
  readonly result: boolean;
  /** Whether any two runs that are known have it otherwise. */
  readonly differs: boolean;
  readonly cells: readonly FactCell[];
}

/** @param runs the baseline first; null for one that is not known (yet) */
export function factRows(runs: readonly (RunDetail | null)[], words: Words, format: Format): readonly FactRow[] {
  const { facts, bestTrainingLoss } = words.compare;
  const validated = runs.some((run) => run !== null && lowest(run.epochs, 'validationLoss') !== null);
  const which = validated ? 'validationLoss' : 'trainLoss';
  const engines: Readonly<Record<string, string>> = words.common.engines;
  const row = (name: string, term: TermName | null, tell: (run: RunDetail) => string): FactRow => {
    const texts = runs.map((run) => (run === null ? '' : tell(run)));
    const [baseline = ''] = texts;
    const other = (text: string): boolean => text !== '' && baseline !== '' && text !== baseline;
    return {
      name,
      term,
      result: false,
      differs: new Set(texts.filter((text) => text !== '')).size > 1,
      cells: texts.map((text) => ({ text, note: '', differs: other(text) })),
    };
  };
  return [
    {
      name: validated ? facts.bestLoss : bestTrainingLoss,
      term: validated ? 'validationLoss' : 'trainingLoss',
      result: true,
      differs: false,
      cells: lossCells(
        runs.map((run) => (run === null ? null : lowest(run.epochs, which))),
        format,
      ),
    },
    plain(row(facts.time, null, (run) => format.duration(run.activeSeconds))),
    row(facts.weights, 'parameters', (run) =>
      format.count(parameterCount(networkShapeOf(run.config, run.vocabulary.length))),
    ),
    row(facts.corpus, null, (run) => run.corpus),
    row(facts.engine, null, (run) => engines[run.engine] ?? run.engine),
  ];
}

/** Times always differ: that is not worth an emphasis. */
function plain(row: FactRow): FactRow {
  return { ...row, result: true, cells: row.cells.map((cell) => ({ ...cell, differs: false })) };
}

function lossCells(losses: readonly (number | null)[], format: Format): FactCell[] {
  const [baseline = null] = losses;
  return losses.map((loss, index) => ({
    text: format.loss(loss),
    note: index === 0 || loss === null || baseline === null ? '' : difference(loss - baseline, format),
    differs: false,
  }));
}

/** With its sign, the true minus among them. */
export function difference(value: number, format: Pick<Format, 'loss'>): string {
  const size = format.loss(Math.abs(value));
  return Number(size.replace(',', '.')) === 0 ? `±${size}` : `${value < 0 ? '−' : '+'}${size}`;
}
