/** The rows of Keras's `model.summary()` table, for the terminal and the form alike. */
import { elementCount, recurrentLayerName, weightShapes } from './network-shape.ts';
import type { NetworkShape } from './network-shape.ts';

export interface SummaryRow {
  /** `embedding`, `gru`, `dense`. */
  readonly layer: string;
  /** Keras's class: `Embedding`, `GRU`, `LSTM`, `Dropout`, `Dense`. */
  readonly type: string;
  /** As Keras prints it for sequences of any length: "(64, None, 256)". */
  readonly outputShape: string;
  readonly parameters: number;
}

export interface ModelSummary {
  readonly rows: readonly SummaryRow[];
  readonly totalParameters: number;
  /** Of the weights as float32. */
  readonly bytes: number;
}

const KERAS_CLASS = { gru: 'GRU', lstm: 'LSTM' } as const;

/**
 * Describes a network layer by layer. Numbers are left plain: the caller formats them (16640 -> "16,640").
 * With dropout, each recurrent layer is followed by a Dropout row, which has no parameters.
 */
export function modelSummary(shape: NetworkShape, batchSize: number, dropout = 0): ModelSummary {
  const parameters = new Map<string, number>();
  for (const [name, size] of weightShapes(shape)) {
    const layer = name.slice(0, name.indexOf('/'));
    parameters.set(layer, (parameters.get(layer) ?? 0) + elementCount(size));
  }
  const row = (layer: string, type: string, width: number): SummaryRow => ({
    layer,
    type,
    outputShape: `(${batchSize}, None, ${width})`,
    parameters: parameters.get(layer) ?? 0,
  });

  const rows = [row('embedding', 'Embedding', shape.embeddingSize)];
  for (let layer = 0; layer < shape.layers; layer++) {
    rows.push(row(recurrentLayerName(shape.cell, layer), KERAS_CLASS[shape.cell], shape.units));
    if (dropout > 0) rows.push(row(layer === 0 ? 'dropout' : `dropout_${layer}`, 'Dropout', shape.units));
  }
  rows.push(row('dense', 'Dense', shape.vocabularySize));

  const totalParameters = rows.reduce((sum, { parameters: count }) => sum + count, 0);
  return { rows, totalParameters, bytes: 4 * totalParameters };
}
