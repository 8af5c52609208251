import { describe, expect, it } from 'vitest';
import { corpusSizes } from '../../bench/corpus-cost.ts';
import { growth, growthInWords, type Sizes, workOf } from '../../bench/work.ts';

const TUTORIAL: Sizes = {
  units: 1024,
  layers: 1,
  embeddingSize: 256,
  vocabulary: 65,
  batchSize: 64,
  sequenceLength: 100,
};

describe('the work of a step', () => {
  it('of the tutorial is what its products are', () => {
    const products = 6400 * 1024 * 3072 + 6400 * 1024 * 65 + 65 * 256 * 3072;
    expect(workOf(TUTORIAL)).toBe(6 * products);
  });

  it('is a third more in an LSTM’s layer, which has four gates', () => {
    const products = 6400 * 1024 * 4096 + 6400 * 1024 * 65 + 65 * 256 * 4096;
    expect(workOf({ ...TUTORIAL, cell: 'lstm' })).toBe(6 * products);
    expect(workOf({ ...TUTORIAL, cell: 'gru' })).toBe(workOf(TUTORIAL));
  });

  it('grows with each layer by an input product and a recurrent one', () => {
    const more = workOf({ ...TUTORIAL, layers: 2 }) - workOf(TUTORIAL);
    expect(more).toBe(6 * 2 * 6400 * 1024 * 3072);
  });

  it('takes the embedded characters where the vocabulary is larger than the batch', () => {
    const work = (vocabulary: number): number => workOf({ ...TUTORIAL, vocabulary }) - 6 * 6400 * 1024 * vocabulary; // without the output layer
    expect(work(6400)).toBe(work(60_000));
    expect(work(100)).toBeLessThan(work(6400));
  });
});

describe('growth', () => {
  const costs = (cost: (work: number) => number) => [1, 2, 4, 8, 16].map((work) => ({ work, cost: cost(work) }));

  it('is the power of the work at the largest values', () => {
    expect(growth(costs((work) => 3 * work))).toBeCloseTo(1);
    expect(growth(costs((work) => work ** 2))).toBeCloseTo(2);
    expect(growth(costs(() => 7))).toBeCloseTo(0);
    expect(growth(costs((work) => 10 + work).toReversed())).toBeLessThan(0.7);
  });

  it('finds a quadratic term beside a linear one', () => {
    expect(growthInWords(costs((work) => work))).toBe('work^1.00, no super-linear term');
    expect(growthInWords(costs((work) => work + 0.1 * work ** 2))).toContain('FASTER than the work');
  });

  it('needs two works', () => {
    expect(() => growth([{ work: 1, cost: 1 }])).toThrow(RangeError);
  });
});

it('corpora grow tenfold from a small one', () => {
  expect(corpusSizes(1e9)).toEqual([1e6, 1e7, 1e8, 1e9]);
  expect(corpusSizes(5e6)).toEqual([1e6, 5e6]);
});
