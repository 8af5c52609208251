/** Keras's model.summary(), quietly. */
import type { RunConfig } from '../../../shared/config.ts';
import { modelSummary } from '../../../shared/model-summary.ts';
import { networkShapeOf } from '../../../shared/network-shape.ts';
import type { Output } from './output.ts';
import { table } from './table.ts';
import { bytes, count } from './words.ts';

/** Layers, output shapes and parameters of the network that a configuration describes, with the total. */
export function modelTable(config: RunConfig, vocabularySize: number, output: Output): string {
  const shape = networkShapeOf(config, vocabularySize);
  const { rows, totalParameters, bytes: size } = modelSummary(shape, config.batchSize, config.dropout);
  return table(
    [
      { title: 'Layer (type)' },
      { title: 'Output shape' },
      { title: 'Parameters', align: 'right' },
      { title: '', priority: 1 },
    ],
    [
      ...rows.map((row) => [`${row.layer} (${row.type})`, row.outputShape, count(row.parameters), '']),
      ['total', '', count(totalParameters), `(${bytes(size)})`],
    ],
    output,
  );
}
