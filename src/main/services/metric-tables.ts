/** Every logged step as comma-separated values, of one run or of several under each other. Read in slices, so that nothing else waits. */
import { setImmediate as otherWork } from 'node:timers/promises';
import type { MetricColumn, Store } from '../store/types.ts';

type TableStore = Pick<Store, 'run' | 'metricRows' | 'epochPositions'>;

/** Steps that are read without a pause: about 10 ms. */
const SLICE = 10_000;

const COLUMNS = [
  'step',
  'epoch',
  'loss',
  'gradient_norm',
  'learning_rate',
  'milliseconds',
  'active_seconds',
] as const satisfies readonly MetricColumn[];
const HEADER = [...COLUMNS, 'validation_loss'].join(',');

/**
 * A run's logged steps with a header, in pieces of whole lines. A validation loss stands beside its epoch's last step.
 * Throws FolioError 'not-found'.
 */
export async function* metricTable(store: TableStore, runId: number): AsyncGenerator<string, void, undefined> {
  yield* rowsOf(store, runId, `${HEADER}\n`, '');
}

/**
 * The same of several runs, one after the other in the order given, with each run's number and name before its steps: a number tells
 * runs of one name apart. Throws FolioError 'not-found' before the first line when one of them is not there.
 */
export async function* metricTables(
  store: TableStore,
  runIds: readonly number[],
): AsyncGenerator<string, void, undefined> {
  const runs = [...new Set(runIds)].map((id) => ({ id, name: store.run(id).name }));
  let header = `run,run_name,${HEADER}\n`;
  for (const { id, name } of runs) {
    yield* rowsOf(store, id, header, `${id},${quoted(name)},`);
    header = '';
  }
}

async function* rowsOf(
  store: TableStore,
  runId: number,
  header: string,
  before: string,
): AsyncGenerator<string, void, undefined> {
  const validation = new Map(store.epochPositions(runId).map((epoch) => [epoch.lastStep, epoch.validationLoss]));
  if (header !== '') yield header;
  for (let after = -1; ;) {
    const rows = store.metricRows(runId, COLUMNS, after, SLICE);
    const last = rows.at(-1)?.[0] ?? null;
    if (last === null) return;
    after = last;
    yield rows
      .map((row) => {
        const [step, epoch, loss, ...rest] = row;
        // An empty cell is what was not measured; a loss always was.
        const cells = [step, epoch, loss ?? NaN, ...rest, validation.get(step ?? 0) ?? null];
        return `${before}${cells.map((cell) => cell ?? '').join(',')}\n`;
      })
      .join('');
    await otherWork();
  }
}

/** A cell as RFC 4180 wants it. Line breaks, which a name cannot have, would break a table for those who read it by lines. */
function quoted(text: string): string {
  const line = text.replace(/[\r\n]+/gu, ' ');
  return /[",]/u.test(line) || line.trim() !== line ? `"${line.replaceAll('"', '""')}"` : line;
}
