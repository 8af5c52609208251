/** What the tests of trainings share: a record on disk, a fake trainer, and everything that is told. */
import { afterEach, beforeEach, vi } from 'vitest';
import { createTrainingService, type TrainingOptions } from '../../src/main/services/training.ts';
import type { TrainingHandle } from '../../src/main/services/types.ts';
import type { FromTrainer } from '../../src/main/trainer/messages.ts';
import type { TrainingEvent } from '../../src/shared/events.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { FakeTrainer } from '../support/fake-trainer.ts';
import { temporaryRecord, type TemporaryRecord } from '../support/records.ts';

export const { config } = PRESETS.quick;
export const FINISHED: FromTrainer = { type: 'ended', outcome: 'finished', reason: '' };

/** What a trainer says when it has loaded all that it goes on from. */
export const PLAN: Extract<FromTrainer, { type: 'plan' }> = {
  type: 'plan',
  config,
  stepsPerEpoch: 10,
  totalSteps: 30,
  trainingCharacters: 900,
  validationCharacters: 100,
  reason: null,
};

/** Set anew before each test by `useTrainings`. */
export let record: TemporaryRecord;
export let trainer: FakeTrainer;
export let events: TrainingEvent[];

/** Each test gets a record, a trainer and no events. */
export function useTrainings(): void {
  beforeEach(() => {
    record = temporaryRecord();
    newTrainer();
    forgetEvents();
  });

  afterEach(() => {
    vi.useRealTimers();
    record.remove();
  });
}

/** The trainer that the next training gets. */
export function newTrainer(): FakeTrainer {
  return (trainer = new FakeTrainer());
}

export function forgetEvents(): void {
  events = [];
}

export function service(options: Partial<TrainingOptions> = {}): ReturnType<typeof createTrainingService> {
  return createTrainingService({
    store: record.store,
    startTrainer: () => newTrainer(),
    appVersion: '1.2.3',
    timeouts: { stopMs: 50, exitMs: 50 },
    ...options,
  });
}

export const listen = (event: TrainingEvent): void => void events.push(event);

export function start(training = service(), preset = 'quick'): Promise<TrainingHandle> {
  return training.start({ preset, corpusId: record.corpusId, config, engine: 'auto' }, listen);
}

export const types = (): string[] => events.map(({ type }) => type);
export const statuses = (): string[] => events.flatMap((event) => (event.type === 'status' ? [event.status] : []));
