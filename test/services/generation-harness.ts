/** What the tests of generation share: a record with a run, and trainers that answer. */
import { afterEach, beforeEach } from 'vitest';
import { createGenerationService } from '../../src/main/services/generation.ts';
import type { GenerateOptions, GenerationService } from '../../src/main/services/types.ts';
import type { ToTrainer } from '../../src/main/trainer/messages.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { checkpointMessage, FakeTrainer, REPORT } from '../support/fake-trainer.ts';
import { temporaryRecord, type TemporaryRecord } from '../support/records.ts';

/** Set anew before each test by `useGeneration`. */
export let record: TemporaryRecord;
export let trainers: FakeTrainer[];
export let service: GenerationService;
export let runId: number;
export const never = new AbortController().signal;
export const quiet = (): void => undefined;

/** What the fakes answer; a test replaces it with `answerWith`. */
let answer: (trainer: FakeTrainer, message: ToTrainer) => void;

class AnsweringTrainer extends FakeTrainer {
  override async send(message: ToTrainer): Promise<void> {
    await super.send(message);
    queueMicrotask(() => {
      answer(this, message);
    });
  }
}

export function obediently(trainer: FakeTrainer, message: ToTrainer): void {
  if (message.type === 'load') trainer.say({ type: 'loaded', report: REPORT, rejected: [] });
  if (message.type === 'generate') {
    const texts = Array.from({ length: message.count }, (_, stream) => 'be'.repeat(stream + 1));
    texts.forEach((text, stream) => {
      trainer.say({ type: 'text-grown', id: message.id, stream, text });
    });
    trainer.say({ type: 'generated', id: message.id, texts, charactersPerSecond: 9, cancelled: false });
  }
}

/** Each test gets a record with a run of two epochs, and a service whose trainers answer obediently. */
export function useGeneration(): void {
  beforeEach(() => {
    record = temporaryRecord();
    trainers = [];
    answer = obediently;
    service = createService();
    const { vocabulary } = record.store.corpus(record.corpusId);
    runId = record.store.createRun({
      name: 'a run',
      preset: 'quick',
      corpusId: record.corpusId,
      config: PRESETS.quick.config,
      vocabulary,
      status: 'queued',
    });
    for (const epoch of [1, 2]) {
      const { weights, optimizer, position, epoch: epochRecord, kind } = checkpointMessage({ epoch });
      record.store.recordCheckpoint(
        {
          runId,
          kind,
          position: '{}',
          epoch,
          step: position.step,
          activeSeconds: 1,
          weights,
          optimizer,
          epochRecord,
          samples: [],
          metrics: [],
        },
        { everyNth: 1, optimizerStates: 1 },
      );
    }
  });

  afterEach(() => {
    service.close();
    record.remove();
  });
}

/** The answers of every trainer from now on. */
export function answerWith(answers: typeof answer): void {
  answer = answers;
}

/** The service that the test goes on with. */
export function useService(other: GenerationService): void {
  service = other;
}

export function createService(store = record.store): GenerationService {
  return createGenerationService({
    store,
    startTrainer: () => {
      const trainer = new AnsweringTrainer();
      trainers.push(trainer);
      return trainer;
    },
    appVersion: '1.2.3',
    cancelMs: 20,
  });
}

export const options = (change: Partial<GenerateOptions> = {}): GenerateOptions => ({
  runId,
  epoch: 'last',
  prompt: 'to ',
  unknown: 'refuse',
  settings: { temperature: 1, topK: 0, topP: 1, minP: 0, seed: 5, length: 10, stop: '' },
  count: 2,
  engine: 'auto',
  ...change,
});

export const sentTo = (index: number): string[] => trainers[index]?.sent.map(({ type }) => type) ?? [];
