import type { TextRange } from '../../shared/batch-plan.ts';
import type { TensorOps } from '../engine/tensor-ops.ts';
import { createValidationReader } from '../model/batches.ts';
import type { Network } from '../model/network.ts';
import type { CharacterIds } from '../model/vocabulary.ts';

export interface Evaluation {
  /** Mean cross-entropy in nats a character. */
  readonly nats: number;
  /** Characters predicted: all of the text but the first. */
  readonly characters: number;
}

/**
 * Reads a text in lanes from a zero state, the state carried from window to window, and measures every prediction.
 * One lane is the text as one stream.
 * @param proceed called between windows with the predictions made; a false answer ends it (null is returned)
 * @param limit windows to read at most: the first part of every lane
 */
export async function evaluate(
  ops: TensorOps,
  network: Network,
  ids: CharacterIds,
  range: TextRange,
  layout: { readonly batchSize: number; readonly sequenceLength: number },
  proceed: (done: number, total: number) => Promise<boolean>,
  limit = Infinity,
): Promise<Evaluation | null> {
  const reader = createValidationReader(ids, layout, range);
  let state = network.zeroState(reader.lanes);
  let sum = 0;
  let done = 0;
  try {
    for (let index = 0; index < Math.min(reader.windows, limit); index++) {
      const { inputs, targets } = reader.window(index);
      const pass = network.losses({ inputs, targets, batchSize: reader.lanes }, state);
      network.releaseState(state);
      state = pass.state;
      for (const loss of await ops.read(pass.losses)) sum += loss;
      ops.release(pass.losses);
      done += targets.length;
      if (!(await proceed(done, reader.targets))) return null;
    }
  } finally {
    network.releaseState(state);
  }
  return { nats: sum / done, characters: done };
}
