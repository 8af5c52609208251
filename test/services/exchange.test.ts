import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { initialWeights } from '../../src/main/model/initializers.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/main/model/safetensors.ts';
import type { NetworkShape, WeightArray } from '../../src/main/model/weights.ts';
import { createBackupService } from '../../src/main/services/backup.ts';
import { createExchangeService } from '../../src/main/services/exchange.ts';
import { openStore } from '../../src/main/store/open.ts';
import type { Store } from '../../src/main/store/types.ts';
import { FolioError } from '../../src/shared/errors.ts';
import { PRESETS } from '../../src/shared/presets.ts';

const VOCABULARY = ['\n', '"', 'é', '字', '😀'];
const SHAPE: NetworkShape = { cell: 'lstm', layers: 2, embeddingSize: 3, units: 4, vocabularySize: VOCABULARY.length };
const CONFIG = { cell: 'lstm', layers: 2, embeddingSize: 3, units: 4 };
const METADATA = { vocabulary: JSON.stringify(VOCABULARY), config: JSON.stringify(CONFIG) };
const WEIGHTS = initialWeights(SHAPE, 5);

let folder: string;
let store: Store;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folio-exchange-'));
  store = openStore(join(folder, 'data'), { mode: 'write' });
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

function write(arrays: ReadonlyMap<string, WeightArray>, metadata: Record<string, string> = METADATA): string {
  const file = join(folder, 'given.safetensors');
  writeFileSync(file, encodeSafetensors(arrays, metadata));
  return file;
}

function importing(arrays: ReadonlyMap<string, WeightArray>, metadata?: Record<string, string>): Promise<number> {
  return createExchangeService(store).importWeights(write(arrays, metadata));
}

async function failure(promise: Promise<unknown>): Promise<FolioError> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof FolioError)) throw error;
  return error;
}

describe('import', () => {
  it('makes a finished run with the weights, the vocabulary and the shape of the file', async () => {
    const run = store.run(await importing(WEIGHTS));
    expect(run).toMatchObject({ name: 'given', preset: 'imported', status: 'finished', corpus: '', corpusId: null });
    expect(run.vocabulary).toEqual(VOCABULARY);
    expect(run.config).toEqual({ ...PRESETS.tutorial.config, ...CONFIG, prompts: ['\n'] }); // it cannot spell ROMEO
    expect(run.checkpoints).toHaveLength(1);
    expect(run.checkpoints[0]).toMatchObject({ kind: 'epoch', epoch: 0, step: 0, resumable: false });
    const { arrays } = decodeSafetensors(store.checkpointWeights(run.checkpoints[0]?.id ?? -1));
    expect(new Map([...arrays].sort())).toEqual(new Map([...WEIGHTS].sort()));
    expect(store.listRuns().map(({ id }) => id)).toEqual([run.id]);
  });

  it('gets a name that no other run has, and that means no other run', async () => {
    const service = createExchangeService(store);
    const nameOf = async (file: string, name?: string): Promise<string> => {
      writeFileSync(join(folder, file), encodeSafetensors(WEIGHTS, METADATA));
      return store.run(await service.importWeights(join(folder, file), name)).name;
    };
    expect(await nameOf('Mine.safetensors')).toBe('Mine');
    expect(await nameOf('mine.safetensors')).toBe('mine (2)');
    expect(await nameOf('x.safetensors', 'MINE')).toBe('MINE (3)');
    expect(await nameOf('12.safetensors')).toBe('imported 12');
    expect(await nameOf('last.safetensors')).toBe('imported last');
    expect(await nameOf(`${'y'.repeat(230)}.safetensors`)).toBe('y'.repeat(190));
    const before = store.listRuns().length;
    expect((await failure(nameOf('x.safetensors', '#12'))).message).toContain("mistaken for a run's id");
    expect(store.listRuns()).toHaveLength(before);
  });

  it('takes a name, and other keys in the metadata', async () => {
    const metadata = { ...METADATA, format: 'pt', config: JSON.stringify({ ...CONFIG, note: 'mine' }) };
    const id = await createExchangeService(store).importWeights(write(WEIGHTS, metadata), 'Mine');
    expect(store.run(id).name).toBe('Mine');
  });

  it('makes no run when it was cancelled', async () => {
    const before = store.listRuns().length;
    const service = createExchangeService(store);
    const error = await failure(service.importWeights(write(WEIGHTS, METADATA), 'Mine', AbortSignal.abort()));
    expect(error.code).toBe('cancelled');
    expect(store.listRuns()).toHaveLength(before);
  });

  const without = (name: string) => new Map([...WEIGHTS].filter(([key]) => key !== name));
  const changed = (name: string, array: WeightArray) => new Map([...WEIGHTS, [name, array]]);
  const config = (change: object) => ({ ...METADATA, config: JSON.stringify({ ...CONFIG, ...change }) });
  const vocabulary = (value: unknown) => ({ ...METADATA, vocabulary: JSON.stringify(value) });

  it.each<[string, ReadonlyMap<string, WeightArray>, Record<string, string>, RegExp]>([
    ['no vocabulary', WEIGHTS, { config: METADATA.config }, /no "vocabulary"/],
    ['no config', WEIGHTS, { vocabulary: METADATA.vocabulary }, /no "config"/],
    ['a vocabulary that is not JSON', WEIGHTS, { ...METADATA, vocabulary: 'abc' }, /"vocabulary" .* not JSON/],
    ['a vocabulary of numbers', WEIGHTS, vocabulary([1, 2]), /wrong at vocabulary\.0/],
    ['a character twice', WEIGHTS, vocabulary(['a', 'b', 'c', 'a', 'd']), /has a \(U\+0061\) twice/],
    [
      'two code points in one entry',
      WEIGHTS,
      vocabulary(['a', 'b', 'c', 'e\u0301', 'd']),
      /entry 3 .* not a single character/,
    ],
    ['half a surrogate pair', WEIGHTS, vocabulary(['a', 'b', 'c', '\ud83d', 'd']), /entry 3 .* not a single character/],
    [
      'a vocabulary of another size',
      WEIGHTS,
      vocabulary(['a']),
      /embedding\/embeddings has the shape \[5, 3\].*needs \[1, 3\]/,
    ],
    ['an unknown cell', WEIGHTS, config({ cell: 'rnn' }), /wrong at config\.cell/],
    ['too many layers', WEIGHTS, config({ layers: 9 }), /wrong at config\.layers/],
    ['a missing array', without('lstm_1/kernel'), METADATA, /lack lstm_1\/kernel/],
    ['an array too many', WEIGHTS, config({ layers: 1 }), /hold .*lstm_1.* does not have/],
    ['the other cell', WEIGHTS, config({ cell: 'gru' }), /lack gru\/kernel/],
    [
      'a wrong shape',
      changed('dense/bias', { shape: [6], data: new Float32Array(6) }),
      METADATA,
      /dense\/bias .*\[6\].*needs \[5\]/,
    ],
    [
      'NaN',
      changed('dense/bias', { shape: [5], data: Float32Array.of(0, 0, NaN, 0, 0) }),
      METADATA,
      /dense\/bias holds NaN \(element 2\)/,
    ],
  ])('refuses %s, and leaves no run', async (_, arrays, metadata, message) => {
    expect((await failure(importing(arrays, metadata))).message).toMatch(message);
    expect(store.listRuns()).toEqual([]);
  });

  it('says when a kernel looks transposed', async () => {
    const kernel = WEIGHTS.get('dense/kernel')?.data ?? new Float32Array(0);
    const error = await failure(importing(changed('dense/kernel', { shape: [5, 4], data: kernel })));
    expect(error.hint).toMatch(/transposed/);
  });

  it('names a file that is not there, a folder, and what is no safetensors file', async () => {
    const service = createExchangeService(store);
    expect((await failure(service.importWeights(join(folder, 'none')))).message).toMatch(
      /none cannot be read: there is no such file/,
    );
    expect((await failure(service.importWeights(folder))).message).toMatch(/is a folder/);
    writeFileSync(join(folder, 'text'), 'This is a text and no safetensors file.');
    expect((await failure(service.importWeights(join(folder, 'text')))).message).toMatch(
      /text is neither a run that Folio exported \(\.folio\) nor weights \(\.safetensors\)/,
    );
  });

  it('leaves no run behind when the weights cannot be stored', async () => {
    vi.spyOn(store, 'recordCheckpoint').mockImplementation(() => {
      throw new FolioError('file', 'the disk is full');
    });
    expect((await failure(importing(WEIGHTS))).message).toBe('the disk is full');
    expect(store.listRuns()).toEqual([]);
  });
});

describe('export of the curve', () => {
  it('writes every logged step, whole or not at all', async () => {
    const id = await importing(WEIGHTS);
    const step = { epoch: 1, gradientNorm: 0.5, learningRate: 1e-3, milliseconds: 100 };
    store.appendMetrics(
      id,
      [1, 2].map((n) => ({ ...step, step: n, loss: 4 / n, activeSeconds: n / 10 })),
    );
    const file = join(folder, 'curve.csv');
    const service = createExchangeService(store);
    expect(await service.exportMetrics(id, file)).toBe(readFileSync(file).length);
    expect(readFileSync(file, 'utf8')).toBe(
      [
        'step,epoch,loss,gradient_norm,learning_rate,milliseconds,active_seconds,validation_loss',
        '1,1,4,0.5,0.001,100,0.1,',
        '2,1,2,0.5,0.001,100,0.2,',
        '',
      ].join('\n'),
    );
    vi.spyOn(store, 'metricRows').mockImplementation(() => {
      throw new FolioError('damaged', 'the record cannot be read');
    });
    expect((await failure(service.exportMetrics(id, file))).message).toBe('the record cannot be read');
    expect(readFileSync(file, 'utf8')).toContain('2,1,2,'); // as it was
    expect(readdirSync(folder).sort()).toEqual(['curve.csv', 'data', 'given.safetensors']);
  });

  it('writes those of several runs into one table, whole or not at all', async () => {
    const [first, second] = [await importing(WEIGHTS), await importing(WEIGHTS)];
    const step = { epoch: 1, gradientNorm: 0.5, learningRate: 1e-3, milliseconds: 100 };
    for (const id of [first, second]) store.appendMetrics(id, [{ ...step, step: 1, loss: id, activeSeconds: 0.1 }]);
    const file = join(folder, 'curves.csv');
    const service = createExchangeService(store);
    expect(await service.exportCurves([second, first], file)).toBe(readFileSync(file).length);
    const lines = readFileSync(file, 'utf8').split('\n');
    expect(lines.slice(1).map((line) => line.split(',').slice(0, 5).join(','))).toEqual([
      `${second},${store.run(second).name},1,1,${second}`,
      `${first},${store.run(first).name},1,1,${first}`,
      '',
    ]);
    // The second of them is gone: nothing is written over what is there, and nothing is left beside it.
    const before = readFileSync(file, 'utf8');
    expect((await failure(service.exportCurves([first, 99], file))).code).toBe('not-found');
    const aborted = AbortSignal.abort();
    expect((await failure(service.exportCurves([first, second], file, aborted))).code).toBe('cancelled');
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(readdirSync(folder).sort()).toEqual(['curves.csv', 'data', 'given.safetensors']);
  });
});

describe('export', () => {
  it('writes what was imported, byte for byte', async () => {
    const id = await importing(WEIGHTS);
    const file = join(folder, 'written.safetensors');
    const { bytes, replaced } = await createExchangeService(store).exportWeights(id, 'last', file);
    expect(replaced).toBe(false);
    const written = readFileSync(file);
    expect(written.length).toBe(bytes);
    expect(written.equals(readFileSync(join(folder, 'given.safetensors')))).toBe(true);
    expect(decodeSafetensors(written).metadata).toEqual(METADATA);
  });

  it('does not take the place of a backup', async () => {
    const id = await importing(WEIGHTS);
    const file = join(folder, 'backup.db');
    await createBackupService(() => store.path).backUp(file, () => undefined);
    const exchange = createExchangeService(store);
    const refusal = 'only another backup takes its place';
    await expect(exchange.exportWeights(id, 'last', file)).rejects.toThrow(refusal);
    await expect(exchange.exportMetrics(id, file)).rejects.toThrow(refusal);
  });

  it('replaces an existing file and leaves nothing else beside it', async () => {
    const id = await importing(WEIGHTS);
    const out = join(folder, 'out');
    mkdirSync(out);
    writeFileSync(join(out, 'a.safetensors'), 'old');
    const { replaced } = await createExchangeService(store).exportWeights(id, 'best', join(out, 'a.safetensors'));
    expect(replaced).toBe(true);
    expect(readdirSync(out)).toEqual(['a.safetensors']);
    expect(readFileSync(join(out, 'a.safetensors')).length).toBeGreaterThan(1000);
  });

  it('says why it cannot write, and leaves an existing file alone', async () => {
    const id = await importing(WEIGHTS);
    const service = createExchangeService(store);
    expect((await failure(service.exportWeights(id, 'last', join(folder, 'no', 'a')))).message).toMatch(
      /folder does not exist/,
    );
    expect((await failure(service.exportWeights(id, 'last', folder))).message).toMatch(/it is a folder/);
    const name = join(folder, 'x'.repeat(300));
    expect((await failure(service.exportWeights(id, 'last', name))).message).toMatch(/name is too long/);
    expect(readdirSync(folder).sort()).toEqual(['data', 'given.safetensors']);
  });

  it('names a folder without permission', async ({ skip }) => {
    skip(process.platform === 'win32', 'Windows has no such permissions');
    skip(process.getuid?.() === 0, 'the superuser may write anywhere');
    const id = await importing(WEIGHTS);
    const out = join(folder, 'locked');
    mkdirSync(out);
    chmodSync(out, 0o500);
    expect((await failure(createExchangeService(store).exportWeights(id, 'last', join(out, 'a')))).message).toMatch(
      /may not write/,
    );
  });

  it('refuses damaged weights and unknown runs before it touches the file', async () => {
    const id = await importing(WEIGHTS);
    const service = createExchangeService(store);
    const file = join(folder, 'written.safetensors');
    expect((await failure(service.exportWeights(id + 1, 'last', file))).code).toBe('not-found');
    expect((await failure(service.exportWeights(id, 7, file))).message).toMatch(/no epoch 7/);
    vi.spyOn(store, 'checkpointWeights').mockReturnValue(encodeSafetensors(new Map(), {}));
    expect((await failure(service.exportWeights(id, 'last', file))).message).toMatch(/lack embedding\/embeddings/);
    expect(readdirSync(folder).sort()).toEqual(['data', 'given.safetensors']);
  });
});
