/** What Keras computed (make_golden.py), as typed objects. */
import { readdirSync, readFileSync } from 'node:fs';

import { z } from 'zod';

import { decodeSafetensors } from '../../src/main/model/safetensors.ts';
import type { NetworkShape, WeightArray, Weights } from '../../src/main/model/weights.ts';

const folder = new URL('golden/', import.meta.url);

const caseSchema = z.strictObject({
  cell: z.enum(['gru', 'lstm']),
  layers: z.number(),
  vocabularySize: z.number(),
  embeddingSize: z.number(),
  units: z.number(),
  batchSize: z.number(),
  sequenceLength: z.number(),
});

export interface GoldenBatch {
  /** Character ids, [B, T]. */
  readonly inputs: Int32Array;
  readonly targets: Int32Array;
}

/** With the initial weights; the state comes from the batch before. */
export interface GoldenPass extends GoldenBatch {
  /** [B, T, V] */
  readonly logits: WeightArray;
  /** Mean over B * T. */
  readonly loss: number;
  readonly gradients: Weights;
  /** After the last character, [B, H], by layer: `gru/h`, or `lstm/h` and `lstm/c`. */
  readonly state: Weights;
}

export interface Golden {
  readonly name: string;
  readonly shape: NetworkShape;
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly weights: Weights;
  readonly passes: readonly GoldenPass[];
  /** Three steps from a zero state, the state carried; null where they were not recorded. */
  readonly adam: {
    readonly batches: readonly GoldenBatch[];
    readonly losses: Float32Array;
    readonly weights: Weights;
  } | null;
}

export const GOLDEN_NAMES: readonly string[] = readdirSync(folder)
  .filter((file) => /^(gru|lstm)-.*\.safetensors$/.test(file))
  .map((file) => file.replace(/\.safetensors$/, ''))
  .sort();

export function readGolden(name: string): Golden {
  const { arrays, metadata } = decodeSafetensors(readFileSync(new URL(`${name}.safetensors`, folder)));
  const { batchSize, sequenceLength, ...shape } = caseSchema.parse(JSON.parse(metadata.case ?? ''));

  const array = (key: string): WeightArray => {
    const found = arrays.get(key);
    if (found === undefined) throw new Error(`${name} holds no ${key}`);
    return found;
  };
  /** The arrays below a prefix, by the rest of their names. */
  const below = (prefix: string): Weights =>
    new Map(
      [...arrays].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value]),
    );
  const batch = (number: number): GoldenBatch => ({
    inputs: Int32Array.from(array(`batch${number}/inputs`).data),
    targets: Int32Array.from(array(`batch${number}/targets`).data),
  });
  const pass = (number: number): GoldenPass => ({
    ...batch(number),
    logits: array(`batch${number}/logits`),
    loss: array(`batch${number}/loss`).data[0] ?? NaN,
    gradients: below(`batch${number}/gradients/`),
    state: below(`batch${number}/state/`),
  });

  return {
    name,
    shape,
    batchSize,
    sequenceLength,
    weights: below('weights/'),
    passes: [1, 2].filter((number) => arrays.has(`batch${number}/logits`)).map(pass),
    adam: arrays.has('adam/losses')
      ? { batches: [1, 2, 3].map(batch), losses: array('adam/losses').data, weights: below('adam/weights/') }
      : null,
  };
}

/** Ids [B, T] in the order of time, [T * B]: t * B + b. */
export function timeMajor(ids: Int32Array, batchSize: number, sequenceLength: number): Int32Array {
  return Int32Array.from(ids, (_, i) => ids[(i % batchSize) * sequenceLength + Math.floor(i / batchSize)] ?? -1);
}

/** max |a - b| / max |b|: the measure of the promise. Infinite when a number is not finite or the lengths differ. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i] ?? NaN;
    const b = expected[i] ?? NaN;
    if (!Number.isFinite(a) || !Number.isFinite(b)) return Infinity;
    largest = Math.max(largest, Math.abs(b));
    difference = Math.max(difference, Math.abs(a - b));
  }
  return difference === 0 ? 0 : difference / largest;
}
