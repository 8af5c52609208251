/**
 * The tutorial's network with one recurrent layer in plain doubles, one number after the other, as the equations are written.
 * Weights are in Keras's layouts. Gradients are differences of the loss.
 */
import type { NetworkShape } from '../../src/main/model/weights.ts';

export type PlainWeights = ReadonlyMap<string, Float64Array>;

export interface PlainBatch {
  /** Time-major: index t * batchSize + b. */
  readonly inputs: ArrayLike<number>;
  readonly targets: ArrayLike<number>;
  readonly batchSize: number;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Mean cross-entropy in nats over all targets, from a zero state. */
export function plainLoss(shape: NetworkShape, weights: PlainWeights, batch: PlainBatch): number {
  const steps = batch.inputs.length / batch.batchSize;
  let total = 0;
  for (let b = 0; b < batch.batchSize; b++) {
    let h = new Float64Array(shape.units);
    let c = new Float64Array(shape.units);
    for (let t = 0; t < steps; t++) {
      const id = batch.inputs[t * batch.batchSize + b] ?? 0;
      const embeddings = array(weights, 'embedding/embeddings');
      const x = embeddings.slice(id * shape.embeddingSize, (id + 1) * shape.embeddingSize);
      ({ h, c } = shape.cell === 'gru' ? { h: gruStep(weights, x, h), c } : lstmStep(weights, x, h, c));
      const logits = affine(h, array(weights, 'dense/kernel'), array(weights, 'dense/bias'));
      const sum = logits.reduce((all, logit) => all + Math.exp(logit), 0);
      total += Math.log(sum) - at(logits, batch.targets[t * batch.batchSize + b] ?? 0);
    }
  }
  return total / batch.inputs.length;
}

/** dLoss/dWeight for every weight, by central differences. */
export function plainGradients(shape: NetworkShape, weights: PlainWeights, batch: PlainBatch): PlainWeights {
  const step = 1e-5;
  return new Map(
    [...weights].map(([name, values]) => [
      name,
      values.map((_, i) => {
        const moved = (by: number) => new Map(weights).set(name, values.with(i, at(values, i) + by));
        return (plainLoss(shape, moved(step), batch) - plainLoss(shape, moved(-step), batch)) / (2 * step);
      }),
    ]),
  );
}

/**  z, r = sigmoid(x W + bi + h U + br);  hh = tanh(x Wh + bi_h + r * (h Uh + br_h));  h' = z * h + (1 - z) * hh  */
function gruStep(weights: PlainWeights, x: Float64Array, h: Float64Array): Float64Array<ArrayBuffer> {
  const bias = array(weights, 'gru/bias');
  const n = h.length;
  const fromInput = affine(x, array(weights, 'gru/kernel'), bias.slice(0, 3 * n));
  const fromState = affine(h, array(weights, 'gru/recurrent_kernel'), bias.slice(3 * n));
  return Float64Array.from(h, (before, j) => {
    const z = sigmoid(at(fromInput, j) + at(fromState, j));
    const r = sigmoid(at(fromInput, n + j) + at(fromState, n + j));
    const candidate = Math.tanh(at(fromInput, 2 * n + j) + r * at(fromState, 2 * n + j));
    return z * before + (1 - z) * candidate;
  });
}

/**  i, f, o = sigmoid(x W + h U + b);  c' = f * c + i * tanh(x Wc + h Uc + b_c);  h' = o * tanh(c')  */
function lstmStep(
  weights: PlainWeights,
  x: Float64Array,
  h: Float64Array,
  c: Float64Array,
): { h: Float64Array<ArrayBuffer>; c: Float64Array<ArrayBuffer> } {
  const n = h.length;
  const fromInput = affine(x, array(weights, 'lstm/kernel'), array(weights, 'lstm/bias'));
  const fromState = affine(h, array(weights, 'lstm/recurrent_kernel'), new Float64Array(4 * n));
  const gate = (k: number, j: number) => at(fromInput, k * n + j) + at(fromState, k * n + j);
  const nextC = Float64Array.from(
    c,
    (before, j) => sigmoid(gate(1, j)) * before + sigmoid(gate(0, j)) * Math.tanh(gate(2, j)),
  );
  return { c: nextC, h: nextC.map((cell, j) => sigmoid(gate(3, j)) * Math.tanh(cell)) };
}

/** x [k] times a kernel [k, n], plus a bias [n]. */
function affine(x: Float64Array, kernel: Float64Array, bias: Float64Array): Float64Array {
  const width = bias.length;
  return bias.map((start, j) => x.reduce((sum, value, i) => sum + value * at(kernel, i * width + j), start));
}

function array(weights: PlainWeights, name: string): Float64Array {
  const values = weights.get(name);
  if (values === undefined) throw new Error(`no weights ${name}`);
  return values;
}

function at(values: Float64Array, index: number): number {
  const value = values[index];
  if (value === undefined) throw new Error(`no element ${index} of ${values.length}`);
  return value;
}
