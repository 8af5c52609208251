import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type BatcherConfig,
  createBatcher,
  createValidationReader,
  splitForValidation,
} from '../../src/main/model/batches.ts';
import { IdBuffer } from '../../src/main/model/id-buffer.ts';
import { Vocabulary } from '../../src/main/model/vocabulary.ts';
import { FolioError } from '../../src/shared/errors.ts';
import fc from '../property.ts';

// The same cases every time.
const tutorial: BatcherConfig = { batching: 'shuffled', sequenceLength: 100, batchSize: 64, seed: 1 };

/** 0, 1, 2, ...: an id tells its place in the text. */
const counting = (length: number) => Uint16Array.from({ length }, (_, i) => i);

/** Sequence b of a time-major array [T, B]. */
const column = (values: Int32Array, b: number, B: number) => [...values].filter((_, i) => i % B === b);

/** Small texts and configurations for which there is at least one batch. */
const someBatches = fc
  .record({
    batching: fc.constantFrom('shuffled' as const, 'contiguous' as const),
    sequenceLength: fc.integer({ min: 1, max: 12 }),
    batchSize: fc.integer({ min: 1, max: 9 }),
    seed: fc.integer({ min: 0, max: 0xffff_ffff }),
    spare: fc.integer({ min: 0, max: 500 }),
    start: fc.integer({ min: 0, max: 50 }),
  })
  .map(({ spare, start, ...config }) => {
    const end = start + config.batchSize * (config.sequenceLength + 1) + spare;
    return { config, range: { start, end }, ids: counting(end + 20) };
  });

describe('shuffled batches', () => {
  const content = readFileSync(new URL('../../resources/corpora/shakespeare.txt', import.meta.url));
  const vocabulary = Vocabulary.fromText(content.toString('utf8'));
  const buffer = new IdBuffer(vocabulary, 1_115_394);
  buffer.append(content);

  it("are the tutorial's: 172 batches of 64 sequences of 100", () => {
    const batcher = createBatcher(buffer.ids, tutorial);
    expect(batcher.stepsPerEpoch).toBe(172);
    const { inputs, targets } = batcher.batch(1, 0);
    expect(inputs).toHaveLength(100 * 64);
    expect(targets).toHaveLength(100 * 64);
  });

  it('are consecutive pieces: the target is the input one character later', () => {
    const pieces = new Set<string>();
    for (let i = 0; i + 101 <= 1_115_394; i += 101) pieces.add(content.toString('latin1', i, i + 101));
    const { inputs, targets } = createBatcher(buffer.ids, tutorial).batch(3, 171);
    for (let b = 0; b < 64; b++) {
      const input = vocabulary.decode(column(inputs, b, 64));
      const target = vocabulary.decode(column(targets, b, 64));
      expect(target.slice(0, -1)).toBe(input.slice(1));
      expect(pieces.has(input + target.at(-1))).toBe(true);
    }
  });

  it('show every piece at most once an epoch, 11,008 of 11,043 of them', () => {
    const ids = new Uint16Array(101 * 11_043);
    for (let piece = 0; piece < 11_043; piece++) ids.fill(piece, piece * 101, piece * 101 + 101);
    const batcher = createBatcher(ids, tutorial);
    const orders = [1, 2].map((epoch) => {
      const order: number[] = [];
      for (let step = 0; step < 172; step++) order.push(...batcher.batch(epoch, step).inputs.subarray(0, 64));
      expect(new Set(order).size).toBe(172 * 64);
      return order;
    });
    expect(orders[0]).not.toEqual(orders[1]);
  });

  it('depend on the seed', () => {
    const other = createBatcher(buffer.ids, { ...tutorial, seed: 2 });
    expect(other.batch(1, 0).inputs).not.toEqual(createBatcher(buffer.ids, tutorial).batch(1, 0).inputs);
  });
});

describe('contiguous batches', () => {
  it('go on where the last one ended, in every lane', () => {
    const config: BatcherConfig = { batching: 'contiguous', sequenceLength: 4, batchSize: 3, seed: 1 };
    const batcher = createBatcher(counting(32), config); // lanes of 10 characters, the last two dropped
    expect(batcher.stepsPerEpoch).toBe(2);
    expect([...batcher.batch(1, 0).inputs]).toEqual([0, 10, 20, 1, 11, 21, 2, 12, 22, 3, 13, 23]);
    expect([...batcher.batch(1, 0).targets]).toEqual([1, 11, 21, 2, 12, 22, 3, 13, 23, 4, 14, 24]);
    expect([...batcher.batch(2, 1).inputs]).toEqual([4, 14, 24, 5, 15, 25, 6, 16, 26, 7, 17, 27]);
  });

  it('never let a lane read into the next one', () => {
    // Lanes of 9: two windows of 4 need 9 characters, the last of them as a target only.
    const config: BatcherConfig = { batching: 'contiguous', sequenceLength: 4, batchSize: 2, seed: 1 };
    const batcher = createBatcher(counting(18), config);
    expect(batcher.stepsPerEpoch).toBe(2);
    expect(column(batcher.batch(1, 1).targets, 0, 2)).toEqual([5, 6, 7, 8]);
    expect(createBatcher(counting(17), config).stepsPerEpoch).toBe(1);
  });
});

describe('either way of batching', () => {
  it('shows each target once an epoch at most, inside its range, right after its input', () => {
    fc.assert(
      fc.property(someBatches, fc.integer({ min: 1, max: 5 }), ({ config, range, ids }, epoch) => {
        const batcher = createBatcher(ids, config, range);
        const seen = new Set<number>();
        for (let step = 0; step < batcher.stepsPerEpoch; step++) {
          const { inputs, targets } = batcher.batch(epoch, step);
          expect(inputs).toHaveLength(config.sequenceLength * config.batchSize);
          targets.forEach((target, i) => {
            expect(target).toBe((inputs[i] ?? NaN) + 1);
            expect(inputs[i]).toBeGreaterThanOrEqual(range.start);
            expect(target).toBeLessThan(range.end);
            expect(seen.has(target)).toBe(false);
            seen.add(target);
          });
        }
      }),
    );
  });

  it('gives a resumed run the batches that it would have seen', () => {
    fc.assert(
      fc.property(someBatches, fc.integer({ min: 1, max: 5 }), fc.nat(), ({ config, range, ids }, epoch, any) => {
        const never = createBatcher(ids, config, range);
        const step = any % never.stepsPerEpoch;
        for (let earlier = 1; earlier <= epoch; earlier++) never.batch(earlier, 0);
        expect(createBatcher(ids, config, range).batch(epoch, step)).toEqual(never.batch(epoch, step));
      }),
    );
  });

  it.each(['shuffled', 'contiguous'] as const)('refuses a text that does not fill one batch (%s)', (batching) => {
    const config: BatcherConfig = { batching, sequenceLength: 9, batchSize: 4, seed: 1 };
    expect(createBatcher(counting(40), config).stepsPerEpoch).toBe(1);
    const failing = () => createBatcher(counting(39), config);
    expect(failing).toThrow(FolioError);
    expect(failing).toThrow('needs 40 characters; the text has 39');
  });

  it('has no batch outside of the epoch', () => {
    const batcher = createBatcher(counting(40), { ...tutorial, sequenceLength: 9, batchSize: 4 });
    expect(() => batcher.batch(1, 1)).toThrow(RangeError);
    expect(() => batcher.batch(1, NaN)).toThrow(RangeError);
  });
});

describe('validation', () => {
  it('holds out the end of the text', () => {
    expect(splitForValidation(1_115_394, 0.1)).toEqual({
      training: { start: 0, end: 1_003_854 },
      validation: { start: 1_003_854, end: 1_115_394 },
    });
    expect(splitForValidation(10, 0).training).toEqual({ start: 0, end: 10 });
  });

  it('reads each lane in order to a ragged end', () => {
    const reader = createValidationReader(counting(19), { sequenceLength: 2, batchSize: 9 });
    // 18 targets give two lanes of at least 4 windows: 9 targets each, the last window of one character.
    expect(reader).toMatchObject({ lanes: 2, windows: 5, targets: 18 });
    expect([...reader.window(0).inputs]).toEqual([0, 9, 1, 10]);
    expect([...reader.window(0).targets]).toEqual([1, 10, 2, 11]);
    expect(reader.window(4)).toEqual({ length: 1, inputs: Int32Array.of(8, 17), targets: Int32Array.of(9, 18) });
    expect(() => reader.window(5)).toThrow(RangeError);
  });

  it('counts every target once, but for fewer than one a lane', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 2000 }),
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 40 }),
        (characters, start, sequenceLength, batchSize) => {
          const range = { start, end: start + characters };
          const reader = createValidationReader(counting(range.end + 7), { sequenceLength, batchSize }, range);
          const seen: number[] = [];
          let last = new Int32Array();
          for (let i = 0; i < reader.windows; i++) {
            const { inputs, targets, length } = reader.window(i);
            expect(inputs).toHaveLength(length * reader.lanes);
            expect(length).toBeGreaterThan(0);
            // A lane goes on where its last window ended.
            if (i > 0) expect([...inputs.subarray(0, reader.lanes)]).toEqual([...last.subarray(-reader.lanes)]);
            last = targets as Int32Array<ArrayBuffer>;
            seen.push(...targets);
          }
          expect(seen).toHaveLength(reader.targets);
          expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from(seen, (_, i) => start + 1 + i));
          expect(characters - 1 - seen.length).toBeLessThan(reader.lanes);
          expect(reader.lanes).toBeLessThanOrEqual(batchSize);
        },
      ),
    );
  });

  it('reads one stream to its very end', () => {
    const reader = createValidationReader(counting(1003), { sequenceLength: 10, batchSize: 1 });
    expect(reader.targets).toBe(1002);
  });

  it('refuses a single character', () => {
    expect(() => createValidationReader(counting(1), tutorial)).toThrow('nothing to predict');
  });
});
