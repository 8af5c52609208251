/** What the next start makes of runs whose process has died. */
import { afterEach, describe, expect, it } from 'vitest';

import { PRESETS } from '../../src/shared/presets.ts';
import { addRun, epochCheckpoint, KEEP_ALL, recoveryCheckpoint, Scratch } from './support.ts';

const scratch = new Scratch();
afterEach(() => scratch.clean());

describe('sweepDeadRuns', () => {
  it('says from where each dead run can go on, and leaves the others alone', () => {
    const store = scratch.open();
    const statuses = ['queued', 'running', 'paused', 'stopping', 'finished', 'stopped', 'failed'] as const;
    const ids = statuses.map((status) => {
      const id = addRun(store, status);
      store.setRunStatus(id, status, 'as it was');
      return id;
    });
    store.recordCheckpoint(epochCheckpoint(ids[1] ?? 0, 1), KEEP_ALL);
    store.recordCheckpoint(recoveryCheckpoint(ids[2] ?? 0, 2, 13), KEEP_ALL);
    const swept = store.sweepDeadRuns();
    expect(swept.map(({ name, status, statusReason }) => [name, status, statusReason])).toEqual([
      [
        'queued',
        'interrupted',
        'Folio ended while the run was waiting to start; nothing had been saved, so resuming starts from the beginning',
      ],
      [
        'running',
        'interrupted',
        'Folio ended while the run was running; it can be resumed from the end of epoch 1 (step 10)',
      ],
      ['paused', 'interrupted', 'Folio ended while the run was paused; it can be resumed from step 13, inside epoch 2'],
      [
        'stopping',
        'interrupted',
        'Folio ended while the run was being stopped; nothing had been saved, so resuming starts from the beginning',
      ],
    ]);
    expect(store.sweepDeadRuns()).toEqual([]);
    expect(store.listRuns().filter(({ statusReason }) => statusReason === 'as it was')).toHaveLength(3);
  });

  it('discards a run whose weights were still being imported, and keeps one that was through', () => {
    const store = scratch.open();
    const run = { name: 'mine', preset: 'imported', corpusId: null, config: PRESETS.quick.config, vocabulary: ['a'] };
    const half = store.createRun({ ...run, status: 'queued' });
    const whole = store.createRun({ ...run, status: 'queued' });
    store.recordCheckpoint({ ...epochCheckpoint(half, 0), optimizer: null }, KEEP_ALL);
    store.setRunStatus(whole, 'finished', 'imported from mine');
    expect(store.sweepDeadRuns()).toEqual([]);
    expect(store.listRuns().map(({ id }) => id)).toEqual([whole]);
    expect([store.trashed(), store.anyToPurge()]).toEqual([[], true]);
  });
});
