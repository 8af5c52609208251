/**
 * The network's shape as pure arithmetic: which weights there are, in Keras's names and layouts. The one source of truth
 * for the model, the exchange files, the model.summary table and the preflight estimates.
 */
import type { RunConfig } from './config.ts';

export interface NetworkShape {
  readonly cell: 'gru' | 'lstm';
  /** Recurrent layers. */
  readonly layers: number;
  /** Width of the embedding, E. */
  readonly embeddingSize: number;
  /** Width of each hidden state, H. */
  readonly units: number;
  /** Distinct characters, V. */
  readonly vocabularySize: number;
}

/** Gates of a cell: the factor of H in the width of its kernels. GRU: z, r, h. LSTM: i, f, c, o. */
export const GATES = { gru: 3, lstm: 4 } as const satisfies Record<NetworkShape['cell'], number>;

/** The shape of the network that a configuration trains on a vocabulary of this size. */
export function networkShapeOf(
  config: Pick<RunConfig, 'cell' | 'layers' | 'embeddingSize' | 'units'>,
  vocabularySize: number,
): NetworkShape {
  const { cell, layers, embeddingSize, units } = config;
  return { cell, layers, embeddingSize, units, vocabularySize };
}

/** Keras's name of a recurrent layer, 0 for the first: `gru`, `gru_1`, `gru_2`. */
export function recurrentLayerName(cell: NetworkShape['cell'], layer: number): string {
  return layer === 0 ? cell : `${cell}_${layer}`;
}

/**
 * Name and shape of every weight, in the order of Keras's `model.weights`. Kernels are [inputs, outputs]; a GRU has two bias
 * rows (input, recurrent) because it is Keras's `reset_after=True`.
 */
export function weightShapes(shape: NetworkShape): ReadonlyMap<string, readonly number[]> {
  const { cell, layers, embeddingSize, units, vocabularySize } = shape;
  const gates = GATES[cell] * units;
  const shapes = new Map<string, readonly number[]>([['embedding/embeddings', [vocabularySize, embeddingSize]]]);
  for (let layer = 0; layer < layers; layer++) {
    const name = recurrentLayerName(cell, layer);
    shapes.set(`${name}/kernel`, [layer === 0 ? embeddingSize : units, gates]);
    shapes.set(`${name}/recurrent_kernel`, [units, gates]);
    shapes.set(`${name}/bias`, cell === 'gru' ? [2, gates] : [gates]);
  }
  shapes.set('dense/kernel', [units, vocabularySize]);
  shapes.set('dense/bias', [vocabularySize]);
  return shapes;
}

/** Elements of an array of this shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Trainable numbers of the whole network: 4,021,569 for the tutorial. */
export function parameterCount(shape: NetworkShape): number {
  let count = 0;
  for (const size of weightShapes(shape).values()) count += elementCount(size);
  return count;
}
