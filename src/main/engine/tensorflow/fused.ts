/** The fused cells and sequences of native/, registered with TensorFlow by the addon that loads with the binding. */
import { FolioError } from '../../../shared/errors.ts';
import type { FusedCells, FusedSequences, Tensor } from '../tensor-ops.ts';
import { idOf } from './handles.ts';
import { BFLOAT16_LEVEL } from './levels.ts';

type Run = (name: string, attributes: readonly [], inputs: number[], outputs: number) => Tensor[];
type Call = (name: string, inputs: readonly Tensor[], outputs: number) => Tensor[];

const SEQUENCES = { gru: 'FolioGruSequence', lstm: 'FolioLstmSequence' } as const;

/** With more of them a matrix product is as fast, and everything is float32. */
const MOST_STREAMS = 32;

/** Tensors without elements, for inputs that a call does not have. */
export interface Absent {
  /** int32 [0] */
  readonly noIds: () => Tensor;
  /** [0, 0] */
  readonly none: () => Tensor;
}

/** @param level of the processor */
export function fusedCells(run: Run, absent: Absent, level: number): FusedCells {
  const call: Call = (name, inputs, outputs) => run(name, [], inputs.map(idOf), outputs);
  return {
    gruForward(product, x, h, bias) {
      const [next, z, r, u, candidate] = call('FolioGruForward', [product, x, h, bias], 5);
      if (!next || !z || !r || !u || !candidate) throw incomplete();
      return { next, saved: [z, r, u, candidate] };
    },
    gruBackward({ output, direct, through }, saved, h) {
      const inputs = [output, direct, through, ...saved, h];
      const [recurrent, input, back] = call('FolioGruBackward', inputs, 3);
      if (!recurrent || !input || !back) throw incomplete();
      return { recurrent, candidate: input, direct: back };
    },
    lstmForward(product, x, c) {
      const [h, cell, ...saved] = call('FolioLstmForward', [product, x, c], 7);
      if (!h || !cell) throw incomplete();
      return { h, c: cell, saved };
    },
    lstmBackward({ output, through, later }, saved, c) {
      const [recurrent, cell] = call('FolioLstmBackward', [output, through, later, ...saved, c], 2);
      if (!recurrent || !cell) throw incomplete();
      return { recurrent, cell };
    },
    sequences: fusedSequences(call, absent, level),
  };
}

function fusedSequences(call: Call, { noIds, none }: Absent, level: number): FusedSequences {
  return {
    level,
    hasLow: level >= BFLOAT16_LEVEL,
    maxStreams: MOST_STREAMS,
    sequence(cell, kernel, [h, c], { values, ids }, bias, low) {
      const last = cell === 'gru' ? bias : c;
      if (!h || !last) throw new FolioError('internal', 'a sequence lacks its state or its bias');
      const inputs = [kernel, h, values, ids ?? noIds(), last];
      const name = `${SEQUENCES[cell]}${low ? 'Low' : ''}`;
      const [outputs, hidden, finalH, saved, finalC] = call(name, inputs, cell === 'gru' ? 4 : 5);
      if (!outputs || !hidden || !finalH || !saved) throw incomplete();
      return { outputs, hidden, saved, state: finalC ? [finalH, finalC] : [finalH] };
    },
    sequenceBackward(cell, kernel, gradients, { hidden, saved }, low) {
      const name = `${SEQUENCES[cell]}${low ? 'Low' : ''}Backward`;
      const [recurrent, candidate = null] = call(name, [kernel, gradients, hidden, saved], cell === 'gru' ? 2 : 1);
      if (!recurrent) throw incomplete();
      return { recurrent, candidate };
    },
    gateSums({ recurrent, candidate }, ids, like) {
      const inputs = [recurrent, candidate ?? none(), ids, like];
      const [table, input, products] = call('FolioGateSums', inputs, 3);
      if (!table || !input || !products) throw incomplete();
      return { table, input, recurrent: products };
    },
    squareSums([a, b = none()], ids, like) {
      const [sums] = call('FolioSquareSums', [a, b, ids, like], 1);
      if (!sums) throw incomplete();
      return sums;
    },
    streamPack(kernel) {
      const [packed] = call('FolioStreamPack', [kernel], 1);
      if (!packed) throw incomplete();
      return packed;
    },
    streamInput(packed, below, bias) {
      const [input] = call('FolioStreamInput', [packed, below, bias], 1);
      if (!input) throw incomplete();
      return input;
    },
    streamStep(cell, packed, x, [h, c], bias, dense) {
      const last = cell === 'gru' ? bias : c;
      if (!h || !last) throw new FolioError('internal', 'a step lacks its state or its bias');
      const name = cell === 'gru' ? 'FolioGruStreamStep' : 'FolioLstmStreamStep';
      const inputs = [packed, x, h, last, dense.kernelT, dense.bias];
      const [nextH, logits, nextC] = call(name, inputs, cell === 'gru' ? 2 : 3);
      if (!nextH || !logits) throw incomplete();
      return { state: nextC ? [nextH, nextC] : [nextH], logits };
    },
  };
}

function incomplete(): FolioError {
  return new FolioError('internal', 'a fused cell returned fewer tensors than it has outputs');
}
