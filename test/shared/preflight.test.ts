import { describe, expect, it } from 'vitest';
import type { RunConfig } from '../../src/shared/config.ts';
import { MAX_STORED_BYTES } from '../../src/shared/limits.ts';
import { type Preflight, preflight } from '../../src/shared/preflight.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import fc from '../property.ts';

// The same cases every time.
const tutorial = PRESETS.tutorial.config;

function errors(result: Preflight) {
  return result.problems.filter(({ severity }) => severity === 'error');
}

/** The configuration that a hint's `--set name=value` parts ask for. */
function afterHint(config: RunConfig, hint: string): RunConfig {
  const changes = [...hint.matchAll(/--set (\w+)=(\d+)/g)].map(([, key, value]) => [key ?? '', Number(value)] as const);
  return { ...config, ...(Object.fromEntries(changes) as Partial<RunConfig>) };
}

describe('preflight', () => {
  it("knows the tutorial's numbers", () => {
    const result = preflight({ characters: 1_115_394, vocabularySize: 65, config: tutorial });
    expect(result).toMatchObject({
      sequences: 11_043,
      stepsPerEpoch: 172,
      trainingCharacters: 1_115_394,
      validationCharacters: 0,
      parameters: 4_021_569,
      weightBytes: 16_086_276,
      checkpointBytes: 3 * 16_086_276 + 4 * 64 * 1024,
      problems: [],
    });
    expect(result.estimatedMemoryBytes).toBeGreaterThan(300e6);
    expect(result.estimatedMemoryBytes).toBeLessThan(1.5e9);
  });

  it.each(Object.values(PRESETS))('finds nothing wrong with preset $name on Shakespeare', ({ config }) => {
    expect(preflight({ characters: 1_115_394, vocabularySize: 65, config }).problems).toEqual([]);
  });

  it('refuses fewer characters than one batch needs, with the numbers and the setting', () => {
    const [problem] = preflight({ characters: 1000, vocabularySize: 40, config: tutorial }).problems;
    expect(problem).toEqual({
      severity: 'error',
      finding: {
        code: 'no-batch',
        characters: 1000,
        isPart: false,
        batchSize: 64,
        sequenceLength: 100,
        needed: 6464,
      },
      fix: { batchSize: 8 },
      message: 'the text has 1,000 characters; one batch of 64 sequences of 100 characters needs 6,464',
      hint: 'Use --set batchSize=8, or a longer text.',
      cause: 'corpus',
    });
  });

  it('counts only the part that is trained on', () => {
    const config = { ...tutorial, validationFraction: 0.5 };
    const result = preflight({ characters: 12_000, vocabularySize: 40, config });
    expect(result).toMatchObject({ trainingCharacters: 6000, validationCharacters: 6000, stepsPerEpoch: 0 });
    expect(errors(result)[0]?.message).toContain('the part of the text that is trained on has 6,000 characters');
  });

  it('shortens the sequences of a text that is shorter than one', () => {
    const [problem] = preflight({ characters: 50, vocabularySize: 20, config: tutorial }).problems;
    expect(problem?.hint).toBe('Use --set batchSize=1 --set sequenceLength=32, or a longer text.');
  });

  it('gives a hint that works, for every text of at least two characters', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 20_000 }),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 100 }),
        fc.constantFrom(0, 0.1, 0.5),
        fc.constantFrom('shuffled' as const, 'contiguous' as const),
        (characters, sequenceLength, batchSize, validationFraction, batching) => {
          let config: RunConfig = { ...tutorial, sequenceLength, batchSize, validationFraction, batching };
          for (const { hint, fix } of errors(preflight({ characters, vocabularySize: 2, config }))) {
            // What the window applies and what the command line says are the same.
            if (hint.includes('--set')) expect({ ...config, ...fix }).toEqual(afterHint(config, hint));
            config = { ...config, ...fix };
          }
          const after = preflight({ characters, vocabularySize: 2, config });
          expect(errors(after)).toEqual([]);
          expect(after.stepsPerEpoch).toBeGreaterThan(0);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    [0, 0, 'empty'],
    [5000, 1, 'nothing to learn'],
    [10_000_000, 65_537, '65,537 distinct characters'],
  ])('refuses a text of %i characters, %i of them distinct', (characters, vocabularySize, message) => {
    const [problem] = errors(preflight({ characters, vocabularySize, config: tutorial }));
    expect(problem?.message).toContain(message);
  });

  it('refuses a validation part with nothing to predict and warns of a short one', () => {
    const config = { ...tutorial, batchSize: 1, sequenceLength: 10, validationFraction: 0.01 };
    expect(errors(preflight({ characters: 100, vocabularySize: 2, config }))[0]?.hint).toContain(
      'validationFraction=0',
    );
    const short = preflight({ characters: 20_000, vocabularySize: 2, config });
    expect(errors(short)).toEqual([]);
    expect(short.problems[0]?.message).toContain('only 200 characters');
  });

  it('warns of epochs of few steps', () => {
    const [problem] = preflight({ characters: 20_000, vocabularySize: 60, config: tutorial }).problems;
    expect(problem).toMatchObject({ severity: 'warning', message: expect.stringContaining('only 3 steps') as string });
    expect(problem?.hint).toContain('--set batchSize=16');
    const again = preflight({ characters: 20_000, vocabularySize: 60, config: { ...tutorial, batchSize: 16 } });
    expect(again.problems).toEqual([]);
  });

  it('takes early stopping back together with the validation that it waits for', () => {
    const config = { ...tutorial, batchSize: 1, sequenceLength: 10, validationFraction: 0.01, patience: 3 };
    const [problem] = errors(preflight({ characters: 100, vocabularySize: 2, config }));
    expect(problem).toMatchObject({
      finding: { code: 'no-validation' },
      fix: { validationFraction: 0, patience: 0 },
    });
  });

  it('proposes half the batch where memory is short, and nothing where one sequence is too much', () => {
    const little = { characters: 1_115_394, vocabularySize: 65, freeMemoryBytes: 1 };
    const [problem] = preflight({ ...little, config: tutorial }).problems;
    expect(problem).toMatchObject({ finding: { code: 'little-memory', free: 1 }, fix: { batchSize: 32 } });
    const [single] = preflight({ ...little, config: { ...tutorial, batchSize: 1 } }).problems;
    expect(single?.fix).toBeUndefined();
  });

  it('names rare characters when there are many', () => {
    const counts = new Map([
      ['a', 90_000],
      ['b', 90_000],
      ['\n', 4],
      ['é', 1],
    ]);
    const input = { characters: 180_005, vocabularySize: 4, config: tutorial };
    expect(preflight(input).problems).toEqual([]);
    const [problem] = preflight({ ...input, counts }).problems;
    expect(problem?.severity).toBe('warning');
    expect(problem?.message).toContain('2 of 4 distinct characters');
    expect(problem?.message).toContain('line feed (U+000A) and é (U+00E9)');
  });

  it('warns of a vocabulary that is large for its text', () => {
    const [problem] = preflight({ characters: 300_000, vocabularySize: 6000, config: tutorial }).problems;
    expect(problem?.message).toContain('6,000 distinct characters, each 50 times');
  });

  it('refuses a network whose checkpoints cannot be stored, with settings that can', () => {
    const config = { ...tutorial, units: 8192 };
    const [problem] = errors(preflight({ characters: 1_115_394, vocabularySize: 65, config }));
    expect(problem).toMatchObject({
      cause: 'config',
      hint: expect.stringMatching(/^Use --set units=\d+\.$/) as string,
    });
    expect(problem?.message).toContain('its optimizer state takes 1.67 GB, and 530 MB is the most');
    fc.assert(
      fc.property(
        fc.record({
          units: fc.integer({ min: 1, max: 8192 }),
          embeddingSize: fc.integer({ min: 1, max: 4096 }),
          layers: fc.integer({ min: 1, max: 4 }),
          cell: fc.constantFrom('gru' as const, 'lstm' as const),
        }),
        fc.integer({ min: 2, max: 65_536 }),
        (change, vocabularySize) => {
          const large = { ...tutorial, ...change };
          const [found] = errors(preflight({ characters: 10_000_000, vocabularySize, config: large }));
          const after = found === undefined ? large : afterHint(large, found.hint);
          const result = preflight({ characters: 10_000_000, vocabularySize, config: after });
          expect(errors(result)).toEqual([]);
          expect(result.checkpointBytes - result.weightBytes).toBeLessThan(MAX_STORED_BYTES);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('warns with the numbers where memory or disk do not suffice', () => {
    const input = { characters: 1_115_394, vocabularySize: 65, config: tutorial };
    const { estimatedMemoryBytes, diskBytes } = preflight(input);
    expect(diskBytes).toBeGreaterThan(10 * 16e6 + 3 * 48e6);
    const enough = { freeMemoryBytes: estimatedMemoryBytes, freeDiskBytes: diskBytes };
    expect(preflight({ ...input, ...enough }).problems).toEqual([]);
    const { problems } = preflight({ ...input, freeMemoryBytes: 200e6, freeDiskBytes: 100e6 });
    expect(problems.map(({ severity }) => severity)).toEqual(['warning', 'warning']);
    expect(problems[0]?.message).toMatch(/needs about \d+ MB of memory .* and 200 MB are free/);
    expect(problems[1]?.message).toMatch(/need about \d+ MB, and the disk has 100 MB left/);
    expect(preflight({ ...input, keepEvery: 10, freeDiskBytes: 230e6 }).problems).toEqual([]);
    expect(preflight({ ...input, freeDiskBytes: 230e6 }).problems).toHaveLength(1);
  });
});
