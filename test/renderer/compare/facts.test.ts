import { expect, it } from 'vitest';
import { createFormat } from '../../../src/renderer/lib/format.ts';
import { factRows } from '../../../src/renderer/screens/compare/facts.ts';
import { en } from '../../../src/renderer/words/en/index.ts';
import type { RunDetail } from '../../../src/shared/domain.ts';
import { PRESETS } from '../../../src/shared/presets.ts';

const run = (change: Partial<RunDetail> = {}): RunDetail =>
  ({
    config: PRESETS.quick.config,
    vocabulary: ['a', 'b'],
    epochs: [{ trainLoss: 2, validationLoss: 2.5 }],
    activeSeconds: 60,
    corpus: 'Shakespeare',
    engine: 'wasm',
    ...change,
  }) as unknown as RunDetail; // what rows are made of

const rows = (runs: readonly (RunDetail | null)[]) => factRows(runs, en, createFormat('en'));
const named = (runs: readonly (RunDetail | null)[]): readonly string[] =>
  rows(runs).flatMap(({ name, result, differs }) => (result || differs ? [name] : []));
const { facts } = en.compare;

it('results are always told, the rest where runs have it otherwise', () => {
  expect(named([run(), run({ activeSeconds: 90 })])).toEqual([facts.bestLoss, facts.time]);
  expect(named([run(), run({ engine: 'tensorflow' })])).toEqual([facts.bestLoss, facts.time, facts.engine]);
  expect(named([run(), run(), run({ corpus: 'A novel', vocabulary: ['a', 'b', 'c'] })])).toEqual([
    facts.bestLoss,
    facts.time,
    facts.weights,
    facts.corpus,
  ]);
});

it('a run that is not known differs in nothing, not even when it is the baseline', () => {
  expect(named([run(), null])).toEqual([facts.bestLoss, facts.time]);
  const [, , , corpus] = rows([null, run(), run({ corpus: 'A novel' })]);
  expect(corpus).toMatchObject({ differs: true, cells: [{ differs: false }, { differs: false }, { differs: false }] });
});

it('cells differ from the baseline’s, times never', () => {
  const [, time, , corpus] = rows([run(), run(), run({ corpus: 'A novel', activeSeconds: 5 })]);
  expect(corpus?.cells.map(({ differs }) => differs)).toEqual([false, false, true]);
  expect(time?.cells.map(({ differs }) => differs)).toEqual([false, false, false]);
});
