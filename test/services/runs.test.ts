import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { isActive, isResumable, RUN_TRANSITIONS } from '../../src/main/services/run-states.ts';
import { createRunService, type RunService } from '../../src/main/services/runs.ts';
import type { SqliteStore } from '../../src/main/store/store.ts';
import { RUN_STATUSES } from '../../src/shared/domain.ts';
import { containing } from '../store/matchers.ts';
import { addRun, epochCheckpoint, KEEP_ALL, Scratch } from '../store/support.ts';

const scratch = new Scratch();
afterEach(() => scratch.clean());

function service(...names: string[]) {
  const store = scratch.open();
  const ids = names.map((name) => addRun(store, name));
  return { store, runs: createRunService(store), ids };
}

describe('the states of a run', () => {
  const legal = [
    ['queued', 'running'],
    ['queued', 'stopping'],
    ['queued', 'stopped'],
    ['queued', 'interrupted'],
    ['queued', 'failed'],
    ['running', 'paused'],
    ['running', 'stopping'],
    ['running', 'finished'],
    ['running', 'stopped'],
    ['running', 'interrupted'],
    ['running', 'failed'],
    ['paused', 'running'],
    ['paused', 'stopping'],
    ['paused', 'stopped'],
    ['paused', 'interrupted'],
    ['paused', 'failed'],
    ['stopping', 'stopped'],
    ['stopping', 'finished'],
    ['stopping', 'interrupted'],
    ['stopping', 'failed'],
    ['stopped', 'queued'],
    ['interrupted', 'queued'],
    ['failed', 'queued'],
  ].map(([from, to]) => `${from} -> ${to}`);
  const pairs = RUN_STATUSES.flatMap((from) => RUN_STATUSES.map((to) => ({ from, to })));

  const own = new Scratch();
  let store: SqliteStore;
  let runs: RunService;
  let id = 0;
  beforeAll(() => {
    store = own.open();
    runs = createRunService(store);
    id = addRun(store);
  });
  afterAll(() => own.clean());

  it.each(pairs)('$from -> $to', ({ from, to }) => {
    store.setRunStatus(id, from, 'before');
    const move = () => runs.setStatus(id, to, 'after');
    if (legal.includes(`${from} -> ${to}`)) {
      move();
      expect(runs.show(id)).toMatchObject({ status: to, statusReason: 'after' });
    } else {
      expect(move).toThrow(expect.objectContaining({ message: `run ${id} cannot go from ${from} to ${to}` }));
      expect(runs.show(id)).toMatchObject({ status: from, statusReason: 'before' });
    }
  });

  it('can all reach an end, and every end but "finished" can be resumed', () => {
    for (const status of RUN_STATUSES) {
      if (isActive(status)) {
        expect(RUN_TRANSITIONS[status]).toContain('interrupted');
        expect(isResumable(status)).toBe(false);
      } else expect(isResumable(status)).toBe(status !== 'finished');
    }
  });
});

describe('resolveRun', () => {
  it('knows a run by id, name, beginning of a name, and as the last', () => {
    const { runs, ids } = service('tutorial on text', 'quick one', '1', 'Hamlet');
    const [tutorial, quick, one, hamlet] = ids;
    const found = ['2', '#2', 'quick one', 'QUICK ONE', ' quick', 'tut', '1', 'hamlet', 'last'].map(
      (name) => runs.resolveRun(name).id,
    );
    expect(found).toEqual([quick, quick, quick, quick, quick, tutorial, tutorial, hamlet, hamlet]);
    expect(one).toBe(3); // reached by its id: the name is taken by run 1's
  });

  it('prefers a whole name to the beginning of others, and asks when several fit', () => {
    const { runs, ids } = service('play', 'player', 'playground', 'twice', 'twice');
    expect(runs.resolveRun('play').id).toBe(ids[0]);
    expect(() => runs.resolveRun('playe ')).not.toThrow();
    expect(() => runs.resolveRun('pla')).toThrow(
      expect.objectContaining({ code: 'usage', hint: containing('1 (play)') }),
    );
    expect(() => runs.resolveRun('twice')).toThrow(
      expect.objectContaining({ code: 'usage', hint: containing('4 (twice)') }),
    );
  });

  it('names the nearest when there is none', () => {
    const { runs } = service('macbeth', 'hamlet');
    expect(() => runs.resolveRun('hamelt')).toThrow(
      expect.objectContaining({ code: 'not-found', hint: 'Did you mean "hamlet" (2)? `folio runs` lists the runs.' }),
    );
    expect(() => runs.resolveRun('9')).toThrow(
      expect.objectContaining({ code: 'not-found', message: 'there is no run "9"' }),
    );
    expect(() => runs.resolveRun('  ')).toThrow(expect.objectContaining({ code: 'not-found' }));
    expect(() => createRunService(scratch.open()).resolveRun('x')).toThrow(/no runs yet/);
  });
});

describe('words about a run', () => {
  it('are kept, names without emptiness, tags without repetition', () => {
    const { runs, ids } = service('one');
    const id = ids[0] ?? 0;
    runs.rename(id, '  new name ');
    runs.setNotes(id, 'a\nb');
    runs.setTags(id, [' x', 'y', 'x', '']);
    expect(runs.show(id)).toMatchObject({ name: 'new name', notes: 'a\nb', tags: ['x', 'y'] });
    expect(() => runs.rename(id, ' ')).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(() => runs.rename(id, 'x'.repeat(201))).toThrow(/not 201/);
  });
});

describe('deleting', () => {
  it('frees what a run stored, and is refused while a process works on it', () => {
    const { store, runs, ids } = service('one');
    const id = ids[0] ?? 0;
    store.recordCheckpoint(epochCheckpoint(id, 1), KEEP_ALL);
    expect(() => runs.delete(id)).toThrow(expect.objectContaining({ code: 'busy' }));
    runs.setStatus(id, 'interrupted', '');
    expect(runs.delete(id)).toBe(1500);
    expect(runs.list()).toEqual([]);
    expect(() => runs.delete(id)).toThrow(expect.objectContaining({ code: 'not-found' }));
  });
});
