import { describe, expect, it } from 'vitest';
import { type Part, partOf, PARTS, productsOf, type StepSizes, tracedOps } from '../../bench/step-parts.ts';
import { workOf } from '../../bench/work.ts';
import type { Tensor, TensorOps } from '../../src/main/engine/tensor-ops.ts';

const SIZES: StepSizes = { units: 1024, wide: 3072, embeddingSize: 256, vocabulary: 65, characters: 6400 };

describe('the parts of a step', () => {
  it('have together the products that a step needs, and Keras’s sums for the embedding', () => {
    const all = PARTS.reduce((sum, part) => sum + productsOf(part, SIZES), 0);
    const needed = workOf({ ...SIZES, layers: 1, batchSize: 64, sequenceLength: 100 });
    expect(all - productsOf("gradients of each character's embedding", SIZES)).toBe(needed);
  });

  it('are told by operation and shape', () => {
    const known: readonly [string, readonly number[], Part | null][] = [
      ['matmul', [3072, 65], 'table of the projected characters'],
      ['add', [3072, 65], 'table of the projected characters'],
      ['sequence', [], 'recurrent layer forward'],
      ['matmul', [6400, 65], 'output layer forward'],
      ['add', [6400, 65], 'output layer forward'],
      ['softmaxCrossEntropy', [], 'loss'],
      ['scale', [6400, 65], 'loss'],
      ['read', [], 'loss'],
      ['matmul', [1024, 65], "output layer's gradients"],
      ['sum', [65], "output layer's gradients"],
      ['matmul', [1024, 6400], "output layer's gradients"],
      ['sequenceBackward', [], 'recurrent layer backward'],
      ['matmul', [3072, 1024], 'gradient of the recurrent kernel'],
      ['gateSums', [], 'sums of gates by character and row'],
      ['matmul', [256, 3072], 'gradients through the table'],
      ['matmul', [65, 256], 'gradients through the table'],
      ['transpose', [3072, 256], "gradients of each character's embedding"],
      ['split', [2048, 256], "gradients of each character's embedding"],
      ['split', [2048, 6400], "gradients of each character's embedding"],
      ['matmul', [256, 6400], "gradients of each character's embedding"],
      ['mul', [6400, 256], "gradients of each character's embedding"],
      ['squareSums', [65, 256], "gradients of each character's embedding"],
      ['segmentSum', [65, 256], "gradients of each character's embedding"],
      ['adam', [], 'Adam'],
      ['sqrt', [65, 256], 'Adam'],
      ['fromInts', [6400], null],
      ['concat', [3072], null],
    ];
    for (const [operation, shape, part] of known) {
      expect([operation, shape, partOf(operation, shape, SIZES)]).toEqual([operation, shape, part]);
    }
    expect(new Set(known.map(([, , part]) => part))).toEqual(new Set([...PARTS, null]));
  });
});

describe('timed operations', () => {
  /** With a private field, as the engines have them. */
  class Fake {
    readonly #shape = [2, 3];
    readonly device = 'a fake';
    readonly fused = { sequences: { sequence: (): { outputs: Tensor } => ({ outputs: this.add() }) } };
    add(): Tensor {
      return { shape: this.#shape };
    }
    scale(): Tensor {
      return this.add();
    }
    split(): Tensor[] {
      return [{ shape: [1, 3] }, { shape: [1, 3] }];
    }
    arena<T>(body: () => T): T {
      return body();
    }
  }

  it('are told with their shapes, those of fused layers as well, and what they call themselves is within them', () => {
    const told: [string, readonly number[]][] = [];
    const ops = tracedOps(new Fake() as unknown as TensorOps, (operation, shape, took) => {
      expect(took).toBeGreaterThanOrEqual(0);
      told.push([operation, shape]);
    });
    const nothing = { shape: [] };
    const { device } = ops;
    ops.arena(() => ops.scale(nothing, 2));
    ops.split(nothing, []);
    ops.fused?.sequences?.sequence('gru', nothing, [], { values: nothing, ids: null }, null);
    expect(device).toBe('a fake');
    expect(told).toEqual([
      ['scale', [2, 3]],
      ['split', [1, 3]],
      ['sequence', []],
    ]);
  });
});
