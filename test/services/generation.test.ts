/** Texts from stored weights, and the process that writes them. */
import { setImmediate as settled } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { FolioError } from '../../src/shared/errors.ts';
import { REPORT } from '../support/fake-trainer.ts';
import { hold, useHolds } from '../support/hold.ts';
import { withMethods } from '../support/records.ts';
import {
  answerWith,
  createService,
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
  useService,
} from './generation-harness.ts';

useGeneration();
useHolds();

describe('generating', () => {
  it('streams, and stores each text with its provenance', async () => {
    const grown: [number, string][] = [];
    const result = await service.generate(options(), (stream, text) => void grown.push([stream, text]), never);
    expect(grown).toEqual([
      [0, 'be'],
      [1, 'bebe'],
    ]);
    expect(result).toMatchObject({
      charactersPerSecond: 9,
      report: REPORT,
      rejected: [],
      dropped: [],
      notStored: null,
      cancelled: false,
    });
    expect(result.samples).toEqual(record.store.samples(runId).toSorted((a, b) => a.id - b.id));
    expect(result.samples[1]).toMatchObject({
      runId,
      epoch: 2,
      prompt: 'to ',
      text: 'bebe',
      stream: 1,
      streams: 2,
      origin: 'generate',
      engine: 'wasm',
      appVersion: '1.2.3',
      settings: options().settings,
    });
    const [load, generate] = trainers[0]?.sent ?? [];
    expect(load).toMatchObject({ type: 'load', engine: 'auto', vocabulary: record.store.run(runId).vocabulary });
    expect(load?.type === 'load' && [...load.weights]).toEqual([1, 20]);
    expect(generate).toMatchObject({ type: 'generate', prompt: 'to ', count: 2, settings: { seed: 5 } });
  });

  it('stores what was written when another thread is through that stores something', async () => {
    let release: () => void = () => expect.fail('nothing was written');
    const written = Promise.withResolvers<void>();
    answerWith((trainer, message) => {
      if (message.type === 'generate') release = hold(record.store);
      obediently(trainer, message);
      if (message.type === 'generate') written.resolve();
    });
    let result: Awaited<ReturnType<typeof service.generate>> | null = null;
    const writing = service.generate(options(), quiet, never).then((done) => (result = done));
    await written.promise;
    for (let turn = 0; turn < 20; turn++) await settled();
    expect(result).toBeNull();
    release();
    expect(await writing).toMatchObject({ notStored: null, samples: [{ runId }, { runId }] });
  });

  it('uses the process and the weights that are there; other weights are loaded, another engine gets a new process', async () => {
    await service.generate(options(), quiet, never);
    await service.generate(options({ prompt: 'be' }), quiet, never);
    expect(sentTo(0)).toEqual(['load', 'generate', 'generate']);
    await service.generate(options({ epoch: 1 }), quiet, never);
    expect(sentTo(0)).toEqual(['load', 'generate', 'generate', 'load', 'generate']);
    expect(trainers).toHaveLength(1);
    await service.generate(options({ epoch: 1, engine: 'tensorflow' }), quiet, never);
    expect(trainers[0]?.kills).toEqual(['SIGKILL']);
    expect(sentTo(1)).toEqual(['load', 'generate']);
  });

  it('takes several requests in turn', async () => {
    const results = await Promise.all([1, 2, 3].map((count) => service.generate(options({ count }), quiet, never)));
    expect(results.map(({ samples }) => samples.length)).toEqual([1, 2, 3]);
    expect(trainers).toHaveLength(1);
  });

  it('refuses a prompt that the network cannot read, before a process is started', async () => {
    await expect(service.generate(options({ prompt: 'Zürich' }), quiet, never)).rejects.toMatchObject({
      code: 'prompt',
      message: expect.stringContaining('ü (U+00FC)') as string,
    });
    await expect(service.generate(options({ prompt: '' }), quiet, never)).rejects.toMatchObject({ code: 'prompt' });
    await expect(service.generate(options({ prompt: 'Z', unknown: 'drop' }), quiet, never)).rejects.toMatchObject({
      code: 'prompt',
    });
    expect(trainers).toEqual([]);
  });

  it('drops unknown characters when it may, and says which', async () => {
    const { dropped, samples } = await service.generate(options({ prompt: 'tZo', unknown: 'drop' }), quiet, never);
    expect(dropped).toEqual(['Z']);
    expect(samples[0]?.prompt).toBe('to');
  });

  it('gives what was written also where it cannot be stored, and says why', async () => {
    const addSamples = (): never => {
      throw new FolioError('locked', 'another process writes');
    };
    useService(createService(withMethods(record.store, { addSamples })));
    const { samples, notStored } = await service.generate(options({ count: 1 }), quiet, never);
    expect(samples).toMatchObject([{ id: 0, text: 'be' }]);
    expect(notStored).toBe('another process writes');
    expect(record.store.samples(runId)).toEqual([]);
  });

  it('names an epoch that is not there, and damaged weights', async () => {
    await expect(service.generate(options({ epoch: 9 }), quiet, never)).rejects.toMatchObject({ code: 'not-found' });
    await expect(service.generate(options({ runId: 99 }), quiet, never)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('tells the death of its process, and starts another for the next request', async () => {
    answerWith((trainer, message) => {
      if (message.type === 'generate') trainer.exit(null, 'SIGKILL');
      else obediently(trainer, message);
    });
    await expect(service.generate(options(), quiet, never)).rejects.toMatchObject({
      code: 'trainer-died',
      message: expect.stringContaining('memory') as string,
    });
    answerWith(obediently);
    await expect(service.generate(options(), quiet, never)).resolves.toMatchObject({ cancelled: false });
    expect(trainers).toHaveLength(2);
  });

  it('loads again after weights that the engine refused', async () => {
    answerWith((trainer, message) => {
      if (message.type === 'load') trainer.say({ type: 'error', error: { code: 'engine', message: 'no' } });
    });
    await expect(service.generate(options(), quiet, never)).rejects.toMatchObject({ code: 'engine' });
    answerWith(obediently);
    await service.generate(options(), quiet, never);
    expect(trainers.flatMap(({ sent }) => sent.map(({ type }) => type))).toEqual(['load', 'load', 'generate']);
  });
});

describe('a process that has failed once', () => {
  it('loads weights again that were there before others failed to load', async () => {
    await service.generate(options({ epoch: 1 }), quiet, never);
    answerWith((trainer, message) => {
      if (message.type === 'load') trainer.say({ type: 'error', error: { code: 'engine', message: 'no' } });
    });
    await expect(service.generate(options({ epoch: 2 }), quiet, never)).rejects.toMatchObject({ code: 'engine' });
    answerWith(obediently);
    await service.generate(options({ epoch: 1 }), quiet, never);
    expect(sentTo(0)).toEqual(['load', 'generate', 'load', 'load', 'generate']);
  });
});

describe('cancelling', () => {
  it('keeps what was written, under the length that it reached', async () => {
    const controller = new AbortController();
    answerWith((trainer, message) => {
      if (message.type === 'generate') {
        trainer.say({ type: 'text-grown', id: message.id, stream: 0, text: 'not' });
        controller.abort();
      } else if (message.type === 'cancel') {
        trainer.say({ type: 'generated', id: message.id, texts: ['not'], charactersPerSecond: 1, cancelled: true });
      } else obediently(trainer, message);
    });
    const { samples, cancelled } = await service.generate(options({ count: 1 }), quiet, controller.signal);
    expect(cancelled).toBe(true);
    expect(samples).toMatchObject([{ text: 'not', settings: { length: 3, seed: 5 } }]);
  });

  it('ends a process that does not listen', async () => {
    const controller = new AbortController();
    answerWith((trainer, message) => {
      if (message.type === 'generate') controller.abort();
      else obediently(trainer, message);
    });
    await expect(service.generate(options(), quiet, controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(trainers[0]?.kills).toEqual(['SIGKILL']);
  });

  it('by the program keeps what was written, and says why', async () => {
    const begun = Promise.withResolvers<undefined>();
    answerWith((trainer, message) => {
      if (message.type === 'generate') begun.resolve(undefined);
      if (message.type === 'cancel') {
        trainer.say({ type: 'generated', id: message.id, texts: ['not'], charactersPerSecond: 1, cancelled: true });
      } else if (message.type !== 'generate') obediently(trainer, message);
    });
    expect(service.stop(new FolioError('cancelled', 'moved'))).toBeNull();
    const writing = service.generate(options({ count: 1 }), quiet, never);
    const waiting = service.generate(options({ count: 1 }), quiet, never).catch((error: unknown) => error);
    await begun.promise;
    const stopping = service.stop(new FolioError('cancelled', 'moved'));
    expect(await writing).toMatchObject({
      stopped: 'moved',
      cancelled: true,
      notStored: null,
      samples: [{ text: 'not' }],
    });
    expect(await waiting).toMatchObject({ code: 'cancelled', message: 'moved' });
    await stopping;
    expect(record.store.samples(runId)).toHaveLength(1);
    expect(service.stop(new FolioError('cancelled', 'nothing is under way'))).toBeNull();
  });

  it('by the program of what keeps nothing is an error that says why', async () => {
    const { samples } = await service.generate(options(), quiet, never);
    const begun = Promise.withResolvers<undefined>();
    answerWith((trainer, message) => {
      if (message.type === 'generate') begun.resolve(undefined);
      else obediently(trainer, message);
    });
    const again = service
      .reproduce({ sampleId: samples[0]?.id ?? 0, runId }, quiet, never)
      .catch((error: unknown) => error);
    await begun.promise;
    await service.stop(new FolioError('cancelled', 'replaced'));
    expect(await again).toMatchObject({ code: 'cancelled', message: 'replaced' });
  });

  it('starts nothing for a request that is cancelled already', async () => {
    await expect(service.generate(options(), quiet, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    expect(trainers).toEqual([]);
  });

  it('stops a generation whose listener fails, and can be used again', async () => {
    const failing = service.generate(
      options(),
      () => {
        throw new Error('a closed window');
      },
      never,
    );
    await expect(failing).rejects.toThrow('a closed window');
    expect(sentTo(0)).toEqual(['load', 'generate', 'cancel']);
    await expect(service.generate(options(), quiet, never)).resolves.toMatchObject({ cancelled: false });
  });

  it('ends with the program', async () => {
    answerWith((trainer, message) => {
      if (message.type !== 'generate') obediently(trainer, message);
    });
    const pending = service.generate(options(), quiet, never);
    await settled();
    service.close();
    await expect(pending).rejects.toMatchObject({ code: 'cancelled' });
  });
});
