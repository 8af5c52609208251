import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Changes } from '../../src/main/services/changes.ts';
import { createRunService } from '../../src/main/services/runs.ts';
import type { RunsChange } from '../../src/shared/contract/runs.ts';
import type { TrainingEvent } from '../../src/shared/events.ts';
import { addRun, Scratch } from '../store/support.ts';

const scratch = new Scratch();
beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  scratch.clean();
});

function watched(...names: string[]) {
  const store = scratch.open();
  const runs = createRunService(store);
  const ids = names.map((name) => addRun(store, name));
  for (const id of ids) store.setRunStatus(id, 'stopped', '');
  let train = (_: TrainingEvent): void => undefined;
  const failures: unknown[] = [];
  const changes = new Changes({
    runs: (wanted) => runs.list({ archived: 'without', ids: wanted }),
    corpora: () => [],
    runsOfCorpus: (id) => store.runsOfCorpus(id),
    training: (listener) => {
      train = listener;
      return () => undefined;
    },
    failed: (error) => failures.push(error),
  });
  const told: RunsChange[] = [];
  changes.onRuns((change) => told.push(change));
  return { store, runs, ids, changes, told, failures, train: (event: TrainingEvent) => train(event) };
}

describe('what windows are told of the list of runs', () => {
  it('is the newest state of each, once, however often it changed', () => {
    const { runs, ids, changes, told } = watched('one', 'two');
    const [one = 0, two = 0] = ids;
    runs.rename(one, 'first');
    changes.runs([one]);
    runs.rename(one, 'only');
    changes.runs([one]);
    runs.trash([two]);
    changes.runs([two]);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(told).toMatchObject([{ changed: [{ id: one, name: 'only' }], gone: [two] }]);
    vi.advanceTimersByTime(1000);
    expect(told).toHaveLength(1);
  });

  it('has the new name of the text that they learnt from', () => {
    const { store, ids, changes, told } = watched('one', 'two');
    const corpus = store.run(ids[0] ?? 0).corpusId ?? 0;
    store.renameCorpus(corpus, 'Sonnets');
    changes.corpusName(corpus);
    vi.advanceTimersByTime(100);
    expect(told.flatMap(({ changed }) => changed.map((run) => run.corpus))).toContain('Sonnets');
  });

  it('follows the training, but not its every step', () => {
    const { ids, told, train } = watched('one');
    const [run = 0] = ids;
    train({ run, type: 'phase', phase: 'training' });
    vi.advanceTimersByTime(100);
    expect(told).toEqual([]);
    train({ run, type: 'status', status: 'running', reason: '' });
    vi.advanceTimersByTime(100);
    expect(told).toMatchObject([{ changed: [{ id: run }], gone: [] }]);
  });

  it('that cannot be read ends nothing: the next change is told again', () => {
    const { store, ids, changes, told, failures } = watched('one');
    const reading = vi.spyOn(store, 'listRuns').mockImplementationOnce(() => {
      throw new Error('the disk is gone');
    });
    changes.runs(ids);
    vi.advanceTimersByTime(100);
    expect(failures).toEqual([new Error('the disk is gone')]);
    expect(told).toEqual([]);
    reading.mockRestore();
    changes.runs(ids);
    vi.advanceTimersByTime(100);
    expect(told).toMatchObject([{ changed: [{ id: ids[0] }] }]);
  });

  it('is nothing any more after the end', () => {
    const { ids, changes, told } = watched('one');
    changes.runs(ids);
    changes.close();
    vi.advanceTimersByTime(1000);
    changes.runs(ids);
    vi.advanceTimersByTime(1000);
    expect(told).toEqual([]);
  });
});
