import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { refuseWrongLevel } from '../../src/main/services/asked-level.ts';
import { createTrialService } from '../../src/main/services/trial.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import * as generation from './generation-harness.ts';
import * as training from './training-harness.ts';

const WRONG = { code: 'usage', message: 'FOLIO_NATIVE_LEVEL is "9".' };

it.each(['auto', 'tensorflow'] as const)('a wrong FOLIO_NATIVE_LEVEL is refused where %s is asked for', (engine) => {
  expect(() => refuseWrongLevel(engine, { FOLIO_NATIVE_LEVEL: '9' })).toThrow(expect.objectContaining(WRONG));
  for (const level of [undefined, '', '0', '4'])
    expect(() => refuseWrongLevel(engine, { FOLIO_NATIVE_LEVEL: level })).not.toThrow();
});

it.each(['wasm', 'webgpu'] as const)('%s has nothing to do with it', (engine) => {
  expect(() => refuseWrongLevel(engine, { FOLIO_NATIVE_LEVEL: '9' })).not.toThrow();
});

describe('with a wrong one', () => {
  beforeEach(() => void vi.stubEnv('FOLIO_NATIVE_LEVEL', '9'));
  afterEach(() => void vi.unstubAllEnvs());

  describe('no training', () => {
    training.useTrainings();

    it('begins, or leaves a run behind', async () => {
      await expect(training.start()).rejects.toMatchObject(WRONG);
      expect(training.record.store.listRuns()).toEqual([]);
    });

    it('goes on, or changes its run', async () => {
      vi.stubEnv('FOLIO_NATIVE_LEVEL', '');
      const service = training.service();
      const handle = await training.start(service);
      handle.stop();
      training.trainer.exit(0);
      await handle.done;
      const before = training.record.store.run(handle.runId);
      vi.stubEnv('FOLIO_NATIVE_LEVEL', '9');
      await expect(service.resume(handle.runId, 'auto', training.listen)).rejects.toMatchObject(WRONG);
      expect(training.record.store.run(handle.runId)).toEqual(before);
    });
  });

  describe('nothing is written', () => {
    generation.useGeneration();

    it('and no process started', async () => {
      const { service, quiet, never } = generation;
      await expect(service.generate(generation.options(), quiet, never)).rejects.toMatchObject(WRONG);
      expect(generation.trainers).toEqual([]);
    });
  });

  it('nothing is tried', async () => {
    const service = createTrialService({
      store: { corpus: () => ({ vocabulary: ['a'] }) as never, corpusChunks: () => [] },
      training: { active: () => null, subscribe: () => () => undefined },
      startTrainer: () => expect.fail('a process was started'),
    });
    const { config } = PRESETS.quick;
    const { signal } = new AbortController();
    await expect(service.try({ corpusId: 1, config, engine: 'auto' }, () => undefined, signal)).rejects.toMatchObject(
      WRONG,
    );
  });
});
