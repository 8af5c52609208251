/** Weights by name, in Keras's names and layouts: what initializers make, networks load, checkpoints and exchange files hold. */
import { FolioError } from '../../shared/errors.ts';
import { elementCount, weightShapes } from '../../shared/network-shape.ts';
import type { NetworkShape } from '../../shared/network-shape.ts';

export {
  elementCount,
  networkShapeOf,
  parameterCount,
  recurrentLayerName,
  weightShapes,
} from '../../shared/network-shape.ts';
export type { NetworkShape } from '../../shared/network-shape.ts';

/** Row-major. `data` has as many elements as the shape says. */
export interface WeightArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** All weights of a network by Keras's names, in Keras's layouts. */
export type Weights = ReadonlyMap<string, WeightArray>;

/** Up to three names in words, and how many more there are. */
function list(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

/**
 * Checks that the weights are exactly those of a network of this shape: every name there, every shape right, nothing else.
 * Throws FolioError 'file' that names what is missing, mis-shaped or unknown and what was expected.
 */
export function checkWeights(weights: Weights, shape: NetworkShape): void {
  const expected = weightShapes(shape);
  const described = `${shape.layers} x ${shape.cell.toUpperCase()}(${shape.units}), embedding ${shape.embeddingSize}, ${shape.vocabularySize} characters`;

  const missing = [...expected.keys()].filter((name) => !weights.has(name));
  if (missing.length > 0) {
    throw new FolioError(
      'file',
      `The weights lack ${list(missing)}, which a network of ${described} has.`,
      `There are: ${weights.size === 0 ? 'none' : list([...weights.keys()])}. The names are Keras's layers and variables, such as gru/kernel.`,
    );
  }
  for (const [name, size] of expected) {
    const array = weights.get(name);
    if (array === undefined) continue; // reported above
    if (array.shape.length !== size.length || array.shape.some((length, axis) => length !== size[axis])) {
      throw new FolioError(
        'file',
        `${name} has the shape [${array.shape.join(', ')}]; a network of ${described} needs [${size.join(', ')}].`,
        isTransposed(array.shape, size)
          ? 'It may be transposed: Keras keeps [inputs, outputs], PyTorch [outputs, inputs].'
          : undefined,
      );
    }
    if (array.data.length !== elementCount(size)) {
      throw new FolioError('internal', `${name} holds ${array.data.length} numbers for the shape [${size.join(', ')}]`);
    }
  }
  const unknown = [...weights.keys()].filter((name) => !expected.has(name));
  if (unknown.length > 0) {
    throw new FolioError('file', `The weights hold ${list(unknown)}, which a network of ${described} does not have.`);
  }
}

function isTransposed(shape: readonly number[], expected: readonly number[]): boolean {
  return shape.length === 2 && shape[0] === expected[1] && shape[1] === expected[0];
}
