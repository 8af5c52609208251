import { describe, expect, it } from 'vitest';
import { Random } from '../../src/main/model/random.ts';
import { Sampler, type SamplerSettings } from '../../src/main/model/sampler.ts';
import fc from '../property.ts';

/** The same examples in every run. */
const RUNS = { seed: 20_260_101, numRuns: 300 };
const OFF: SamplerSettings = { temperature: 1, topK: 0, topP: 1, minP: 0 };
const sampler = (settings: Partial<SamplerSettings>, size: number) => new Sampler({ ...OFF, ...settings }, size);

/** Logits on a grid (closer ones have one probability in double precision), small whole numbers among them for equals. */
const logitsArbitrary = fc
  .array(
    fc.oneof(
      fc.integer({ min: -30_000, max: 30_000 }).map((n) => n / 1000),
      fc.integer({ min: -2, max: 2 }),
    ),
    {
      minLength: 1,
      maxLength: 40,
    },
  )
  .map((list) => Float32Array.from(list));

const settingsArbitrary: fc.Arbitrary<SamplerSettings> = fc.record({
  temperature: fc.double({ min: 0.05, max: 5, noNaN: true }),
  topK: fc.integer({ min: 0, max: 45 }),
  topP: fc.double({ min: 0.01, max: 1, noNaN: true }),
  minP: fc.double({ min: 0, max: 1, noNaN: true }),
});

/** The definition, step by step on a sorted list. */
function plainProbabilities(logits: Float32Array, { temperature, topK, topP, minP }: SamplerSettings): number[] {
  const largest = Math.max(...logits);
  const weights = Array.from(logits, (logit) => Math.exp((logit - largest) / temperature));
  let ranked = weights.map((weight, id) => ({ id, weight })).sort((a, b) => b.weight - a.weight || a.id - b.id);
  if (topK > 0) ranked = ranked.slice(0, topK);
  if (topP < 1) {
    const total = ranked.reduce((sum, { weight }) => sum + weight, 0);
    let share = 0;
    ranked = ranked.filter(({ weight }) => {
      const needed = share < topP * total;
      share += weight;
      return needed;
    });
  }
  ranked = ranked.filter(({ weight }) => weight >= minP * (ranked[0]?.weight ?? 1));
  const total = ranked.reduce((sum, { weight }) => sum + weight, 0);
  const probabilities = weights.map(() => 0);
  for (const { id, weight } of ranked) probabilities[id] = weight / total;
  return probabilities;
}

describe('probabilities', () => {
  it('are those of the definition, and sum to 1', () => {
    fc.assert(
      fc.property(logitsArbitrary, settingsArbitrary, (logits, settings) => {
        const actual = new Sampler(settings, logits.length).probabilities(logits);
        const expected = plainProbabilities(logits, settings);
        expect(actual.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
        expected.forEach((p, id) => {
          expect(actual[id]).toBeCloseTo(p, 12);
          expect(actual[id] === 0).toBe(p === 0);
        });
      }),
      RUNS,
    );
  });

  it('without filters are the softmax', () => {
    const logits = Float32Array.of(1, 2, 3);
    const total = Math.exp(1) + Math.exp(2) + Math.exp(3);
    const actual = sampler({}, 3).probabilities(logits);
    [1, 2, 3].forEach((logit, id) => expect(actual[id]).toBeCloseTo(Math.exp(logit) / total, 12));
  });

  it('apply top-p to what top-k left', () => {
    // 0.4 0.3 0.2 0.1: the first two are 0.571 and 0.429 of themselves, so 0.55 needs one of them; of all four it needs two.
    const logits = Float32Array.from([0.4, 0.3, 0.2, 0.1], Math.log);
    expect(Array.from(sampler({ topK: 2, topP: 0.55 }, 4).probabilities(logits))).toEqual([1, 0, 0, 0]);
    expect(sampler({ topP: 0.55 }, 4).probabilities(logits)[1]).toBeCloseTo(3 / 7, 6);
  });

  it('keep exactly k among equals, the lower ids', () => {
    expect(Array.from(sampler({ topK: 2 }, 4).probabilities(Float32Array.of(1, 1, 1, 1)))).toEqual([0.5, 0.5, 0, 0]);
  });

  it('keep what is exactly min-p times as likely', () => {
    const logits = Float32Array.of(1, 2, 2, 0);
    for (const topK of [0, 3]) {
      expect(Array.from(sampler({ minP: 1, topK }, 4).probabilities(logits))).toEqual([0, 0.5, 0.5, 0]);
    }
  });

  it('of a top-k beyond the vocabulary are unfiltered', () => {
    expect(Array.from(sampler({ topK: 99 }, 2).probabilities(Float32Array.of(1, 1)))).toEqual([0.5, 0.5]);
  });
});

describe('drawing', () => {
  it('never gives a character that was filtered out', () => {
    fc.assert(
      fc.property(logitsArbitrary, settingsArbitrary, fc.nat(), (logits, settings, seed) => {
        const probabilities = plainProbabilities(logits, settings);
        const drawing = new Sampler(settings, logits.length);
        const random = new Random(seed);
        for (let i = 0; i < 20; i++) expect(probabilities[drawing.draw(logits, random)]).toBeGreaterThan(0);
      }),
      RUNS,
    );
  });

  it('with temperature 0 or top-k 1 gives the most likely character, the first of equals', () => {
    fc.assert(
      fc.property(logitsArbitrary, fc.nat(), (logits, seed) => {
        const expected = logits.indexOf(Math.max(...logits));
        expect(sampler({ temperature: 0 }, logits.length).draw(logits, new Random(seed))).toBe(expected);
        expect(sampler({ topK: 1 }, logits.length).draw(logits, new Random(seed))).toBe(expected);
        expect(sampler({ minP: 1, topK: 1 }, logits.length).draw(logits, new Random(seed))).toBe(expected);
      }),
      RUNS,
    );
  });

  it('with temperature 0 draws no random number, else exactly one', () => {
    const logits = Float32Array.of(1, 2, 3);
    const numbersUsed = (settings: Partial<SamplerSettings>) => {
      const [used, fresh] = [new Random(5), new Random(5)];
      sampler(settings, 3).draw(logits, used);
      const next = used.float();
      for (let count = 0; count < 5; count++) if (fresh.float() === next) return count;
      return -1;
    };
    expect(numbersUsed({ temperature: 0 })).toBe(0);
    expect(numbersUsed({})).toBe(1);
    expect(numbersUsed({ topK: 2, topP: 0.9, minP: 0.1 })).toBe(1);
  });

  it('at either end of the random numbers gives a character that was not filtered out', () => {
    class Fixed extends Random {
      readonly #value: number;
      constructor(value: number) {
        super(0);
        this.#value = value;
      }
      override float(): number {
        return this.#value;
      }
    }
    // Ids 0 and 4 are filtered out.
    const logits = Float32Array.of(0, 3, 2, 1, 0);
    const drawing = sampler({ topK: 3 }, 5);
    expect(drawing.draw(logits, new Fixed(0))).toBe(1);
    expect(drawing.draw(logits, new Fixed(1 - 2 ** -53))).toBe(3);
  });

  it('a seed reproduces the same characters, another gives others', () => {
    const logits = Float32Array.from({ length: 30 }, (_, i) => Math.sin(i));
    const draw = (seed: number) => {
      const [drawing, random] = [sampler({ topP: 0.95 }, 30), new Random(seed)];
      return Array.from({ length: 50 }, () => drawing.draw(logits, random));
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('reads its row of a batch', () => {
    const batch = Float32Array.of(9, 0, 0, 0, 9, 0, 0, 0, 9);
    const drawing = sampler({ temperature: 0 }, 3);
    expect([0, 3, 6].map((offset) => drawing.draw(batch, new Random(1), offset))).toEqual([0, 1, 2]);
  });

  it.each([
    ['no filter', {}],
    ['temperature 0.7', { temperature: 0.7 }],
    ['every filter', { temperature: 1.3, topK: 6, topP: 0.95, minP: 0.05 }],
  ] as const)('follows the probabilities (chi-square): %s', (_, settings) => {
    const logits = Float32Array.of(0.5, 2, -1, 1.5, 0, 1, -3, 0.7);
    const drawing = sampler(settings, 8);
    const probabilities = plainProbabilities(logits, { ...OFF, ...settings });
    const random = new Random(20260101);
    const draws = 40_000;
    const counts = probabilities.map(() => 0);
    for (let i = 0; i < draws; i++) {
      const id = drawing.draw(logits, random);
      counts[id] = (counts[id] ?? 0) + 1;
    }
    const possible = probabilities.map((p, id) => ({ p, count: counts[id] ?? 0 })).filter(({ p }) => p > 0);
    const chiSquare = possible.reduce((sum, { p, count }) => sum + (count - draws * p) ** 2 / (draws * p), 0);
    // The 99.9 % point of chi-square for 7 degrees of freedom; fewer have a lower one.
    expect(chiSquare).toBeLessThan(24.32);
  });
});

describe('what cannot be drawn from', () => {
  it.each([Number.NaN, Infinity, -Infinity])('a logit of %d is a diverged network', (bad) => {
    const logits = Float32Array.of(1, bad, 2);
    for (const settings of [{}, { temperature: 0 }, { topK: 2 }]) {
      expect(() => sampler(settings, 3).draw(logits, new Random(1))).toThrow(
        expect.objectContaining({ code: 'diverged', message: expect.stringContaining(String(bad)) as string }),
      );
    }
  });

  it('fewer logits than characters are no row', () => {
    expect(() => sampler({}, 3).draw(Float32Array.of(1, 2), new Random(1))).toThrow(/NaN/);
  });

  it.each([
    { temperature: -1 },
    { temperature: Number.NaN },
    { topK: 1.5 },
    { topK: -1 },
    { topP: 0 },
    { topP: 1.1 },
    { minP: -0.1 },
    { minP: 2 },
  ])('the setting %j is refused with its range', (settings) => {
    expect(() => sampler(settings, 3)).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});
