/** Weights that are made ready, and stored texts that are written again. */
import { describe, expect, it } from 'vitest';
import { checkpointOf, firstDifference, streamsOf } from '../../src/main/services/reproduction.ts';
import type { NewSample } from '../../src/main/store/types.ts';
import type { Sample } from '../../src/shared/domain.ts';
import {
  answerWith,
  never,
  obediently,
  options,
  quiet,
  record,
  runId,
  sentTo,
  service,
  trainers,
  useGeneration,
} from './generation-harness.ts';

useGeneration();

const written = (change: Partial<NewSample> = {}): Sample => {
  const [sample] = record.store.addSamples([
    {
      runId,
      epoch: 2,
      prompt: 'to ',
      text: 'bebe',
      settings: options().settings,
      stream: 1,
      streams: 3,
      origin: 'generate',
      engine: 'wasm',
      appVersion: '1.2.3',
      ...change,
    },
  ]);
  if (sample === undefined) throw new Error('nothing was stored');
  return sample;
};

describe('warming up', () => {
  it('loads the weights, so that writing need not', async () => {
    const { report } = await service.warm({ runId, epoch: 2, engine: 'auto' });
    expect(report.engine).toBe('wasm');
    await service.generate(options(), quiet, never);
    expect(sentTo(0)).toEqual(['load', 'generate']);
  });

  it('loads only the last of those that were wanted', async () => {
    const first = service.warm({ runId, epoch: 1, engine: 'auto' });
    const second = service.warm({ runId, epoch: 2, engine: 'auto' });
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    await second;
    expect(sentTo(0)).toEqual(['load']);
  });

  it('says at once what is not there', async () => {
    await expect(service.warm({ runId, epoch: 9, engine: 'auto' })).rejects.toMatchObject({ code: 'not-found' });
    expect(trainers).toEqual([]);
  });
});

describe('writing a stored text again', () => {
  it('uses its own weights, settings, engine and number of streams, and stores nothing', async () => {
    const sample = written({ epoch: 1 });
    const before = record.store.samples(runId).length;
    const grown: [number, string][] = [];
    const result = await service.reproduce({ sampleId: sample.id, runId }, (...grew) => grown.push(grew), never);
    expect(result).toMatchObject({ same: true, text: 'bebe', differsAt: null, report: { engine: 'wasm' } });
    expect(grown).toEqual([[1, 'bebe']]); // of its own stream only
    const [load, generate] = trainers[0]?.sent ?? [];
    expect(load).toMatchObject({ type: 'load', engine: 'wasm' });
    expect(load?.type === 'load' && [...load.weights]).toEqual([1, 10]);
    expect(generate).toMatchObject({ type: 'generate', prompt: 'to ', count: 3, settings: sample.settings });
    expect(record.store.samples(runId)).toHaveLength(before);
  });

  it('tells where it differs', async () => {
    const sample = written({ text: 'bebt' });
    const result = await service.reproduce({ sampleId: sample.id, runId }, quiet, never);
    expect(result).toMatchObject({ same: false, text: 'bebe', differsAt: 3 });
  });

  it('goes on in the process that took this engine as the fastest', async () => {
    await service.generate(options(), quiet, never);
    await service.reproduce({ sampleId: written().id, runId }, quiet, never);
    expect(trainers).toHaveLength(1);
    expect(sentTo(0)).toEqual(['load', 'generate', 'generate']);
  });

  it('says when the text is not there, or its engine is none of ours', async () => {
    await expect(service.reproduce({ sampleId: 99, runId }, quiet, never)).rejects.toMatchObject({ code: 'not-found' });
    const { id } = written({ engine: 'abacus' });
    await expect(service.reproduce({ sampleId: id, runId }, quiet, never)).rejects.toMatchObject({ code: 'engine' });
  });

  it('can be cancelled', async () => {
    const controller = new AbortController();
    answerWith((trainer, message) => {
      if (message.type === 'generate') controller.abort();
      else if (message.type === 'cancel') {
        trainer.say({
          type: 'generated',
          id: message.id,
          texts: ['', 'be', ''],
          charactersPerSecond: 1,
          cancelled: true,
        });
      } else obediently(trainer, message);
    });
    const pending = service.reproduce({ sampleId: written().id, runId }, quiet, controller.signal);
    await expect(pending).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('the weights that wrote a text', () => {
  const stored = (change: object) => ({
    id: 1,
    kind: 'epoch' as const,
    epoch: 2,
    step: 10,
    trainLoss: 1,
    validationLoss: null,
    bytes: 5,
    resumable: false,
    createdAt: 100,
    ...change,
  });
  const sample = (change: Partial<Sample>) => ({ epoch: 2, createdAt: 150, origin: 'generate', ...change }) as Sample;

  it('are those of its epoch that were there then', () => {
    const run = { id: 1, checkpoints: [stored({ id: 1, kind: 'recovery' }), stored({ id: 2, createdAt: 200 })] };
    expect(checkpointOf(run, sample({})).id).toBe(1);
    expect(checkpointOf(run, sample({ createdAt: 250 })).id).toBe(2);
    expect(checkpointOf(run, sample({ origin: 'training', createdAt: 199 })).id).toBe(2);
  });

  it('are named when they are gone', () => {
    const thinned = { id: 1, checkpoints: [stored({ bytes: 0 })] };
    expect(() => checkpointOf(thinned, sample({}))).toThrow('not stored any more');
    const replaced = { id: 1, checkpoints: [stored({ createdAt: 200 })] };
    expect(() => checkpointOf(replaced, sample({}))).toThrow('replaced by later ones of epoch 2');
  });
});

describe('comparing', () => {
  it('counts characters, not code units', () => {
    expect(firstDifference('a𝄞b', 'a𝄞b')).toBeNull();
    expect(firstDifference('a𝄞b', 'a𝄞c')).toBe(2);
    expect(firstDifference('ab', 'abc')).toBe(2);
    expect(firstDifference('abc', 'ab')).toBe(2);
  });

  it('takes a text of which nothing was noted as alone', () => {
    expect(streamsOf({ stream: 0, streams: null })).toBe(1);
    expect(streamsOf({ stream: 2, streams: null })).toBe(3);
    expect(streamsOf({ stream: 1, streams: 8 })).toBe(8);
  });
});
