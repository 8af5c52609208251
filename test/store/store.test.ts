import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';

import { MAX_STORED_BYTES } from '../../src/shared/limits.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { addRun, addText, bytes, epochCheckpoint, KEEP_ALL, metric, Scratch } from './support.ts';

const scratch = new Scratch();
afterEach(() => scratch.clean());

describe('a run', () => {
  it('comes back as it was stored', () => {
    const store = scratch.open();
    const id = addRun(store, 'first');
    store.setRunEngine(id, 'wasm', 'CPU');
    store.editRun(id, { notes: 'slow', tags: ['a', 'b'] });
    store.setRunStatus(id, 'stopped', 'asked to');
    const run = store.run(id);
    expect(run).toMatchObject({
      id,
      name: 'first',
      status: 'stopped',
      statusReason: 'asked to',
      preset: 'quick',
      corpus: 'text',
      engine: 'wasm',
      device: 'CPU',
      notes: 'slow',
      tags: ['a', 'b'],
      config: PRESETS.quick.config,
      trainLoss: null,
      bestEpoch: null,
    });
    expect(run.vocabulary).toEqual(store.corpus(run.corpusId ?? 0).vocabulary);
    expect(store.listRuns()).toEqual([expect.objectContaining({ id, name: 'first' })]);
  });

  it('of imported weights has no corpus', () => {
    const store = scratch.open();
    const { config } = PRESETS.quick;
    const id = store.createRun({
      name: 'i',
      preset: 'imported',
      corpusId: null,
      config,
      vocabulary: ['a'],
      status: 'finished',
    });
    expect(store.run(id)).toMatchObject({ corpusId: null, corpus: '' });
    expect(store.listRuns()).toHaveLength(1);
  });

  it('that is not there is named by every method that asks for it', () => {
    const store = scratch.open();
    addRun(store);
    const calls = [
      () => store.run(9),
      () => store.setRunStatus(9, 'failed', ''),
      () => store.setRunEngine(9, '', ''),
      () => store.setRunConfig(9, PRESETS.quick.config),
      () => store.editRun(9, { name: 'x' }),
      () => store.deleteRun(9),
      () => store.resumePoint(9),
      () => store.rewindTo(9, null),
      () => store.recordCheckpoint(epochCheckpoint(9, 1), KEEP_ALL),
    ];
    for (const call of calls) expect(call).toThrow(expect.objectContaining({ code: 'not-found' }));
    expect(() => store.rewindTo(1, 77)).toThrow(expect.objectContaining({ code: 'not-found' }));
  });

  it('keeps its id for itself after it was deleted', () => {
    const store = scratch.open();
    const id = addRun(store);
    store.recordCheckpoint(epochCheckpoint(id, 1), KEEP_ALL);
    store.appendMetrics(id, [metric(11, 2)]);
    expect(store.deleteRun(id)).toBe(1500);
    expect(store.listRuns()).toEqual([]);
    expect([store.metrics(id), store.samples(id)]).toEqual([[], []]);
    expect(addRun(store)).toBe(id + 1);
    expect(store.check()).toEqual([]);
  });

  it('whose configuration was tampered with is refused as damaged', () => {
    const store = scratch.open();
    const id = addRun(store);
    // What a damaged file would hold; the type does not allow it.
    store.setRunConfig(id, { ...PRESETS.quick.config, units: -1 });
    expect(() => store.run(id)).toThrow(/configuration of run 1.*units/s);
    expect(store.check()).toEqual([
      expect.stringMatching(/^run 1: what is stored is .*: the configuration of run 1: /),
    ]);
  });
});

describe('metrics', () => {
  it('come back in the order of their steps, NaN included, and move the run on', () => {
    const store = scratch.open();
    const id = addRun(store);
    store.appendMetrics(id, [metric(2, 1), metric(1, 1), { ...metric(3, 1, Number.NaN), gradientNorm: null }]);
    expect(store.metrics(id).map(({ step, loss }) => [step, loss])).toEqual([
      [1, 3.99],
      [2, 3.98],
      [3, Number.NaN],
    ]);
    expect(store.run(id)).toMatchObject({ epoch: 1, step: 3, activeSeconds: 0.3 });
  });
});

describe('a corpus', () => {
  it('is stored once and comes back in pieces of whole code points', () => {
    const store = scratch.open();
    const text = 'Ein Würfel 骰子 🎲 '.repeat(120_000);
    const id = addText(store, text, 'dice');
    expect(addText(store, text, 'another name')).toBe(id);
    const pieces = [...store.corpusChunks(id)];
    expect(pieces.length).toBeGreaterThan(2);
    for (const piece of pieces) expect(() => new TextDecoder('utf-8', { fatal: true }).decode(piece)).not.toThrow();
    expect(Buffer.concat(pieces).toString()).toBe(text);
    const [info] = store.corpora();
    expect(info).toMatchObject({
      name: 'dice',
      characters: Array.from(text).length,
      vocabularySize: new Set(text).size,
    });
    expect(info?.storedBytes).toBeLessThan(text.length / 10);
    expect(store.corpus(id).vocabulary).toEqual([...new Set(text)].sort());
    expect(store.findCorpus('00')).toBeNull();
  });

  it('whose reader gives other bytes than promised is not stored', () => {
    const store = scratch.open();
    const corpus = {
      name: 'x',
      encoding: 'utf-8',
      vocabulary: ['a'],
      characters: 1,
      sha256: '00',
      chunks: [bytes(10, 1)],
    };
    expect(() => store.addCorpus(corpus)).toThrow(expect.objectContaining({ code: 'corpus' }));
    expect(store.corpora()).toEqual([]);
  });
});

it('what is said to be the most that one part of a checkpoint may have is taken by the database', () => {
  const db = new Database(':memory:');
  const length = db.prepare('SELECT length(zeroblob(?))').pluck();
  expect(length.get(MAX_STORED_BYTES + 100_000)).toBe(MAX_STORED_BYTES + 100_000);
  expect(() => length.get(MAX_STORED_BYTES + 10_000_000)).toThrow('too big');
  db.close();
});

describe('settings', () => {
  it('are kept by name', () => {
    const store = scratch.open();
    expect(store.setting('theme')).toBeNull();
    store.setSetting('theme', 'dark');
    store.setSetting('theme', 'light\0é');
    expect(store.setting('theme')).toBe('light\0é');
  });
});
