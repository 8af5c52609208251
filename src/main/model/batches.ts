/**
 * Training batches: pure functions of (seed, epoch, step), so that a resumed run sees what it would have seen.
 * Arrays are time-major: the character at time t of sequence b stands at t * B + b.
 */
import { charactersPerBatch, planBatches, type BatchingConfig, type TextRange } from '../../shared/batch-plan.ts';
import { FolioError } from '../../shared/errors.ts';
import { PURPOSE, Random } from './random.ts';
import type { CharacterIds } from './vocabulary.ts';

export { splitForValidation } from '../../shared/batch-plan.ts';

/** What one step reads and predicts. T are the time steps, B the sequences side by side. */
export interface Batch {
  /** Ids of the characters read. [T, B] */
  readonly inputs: Int32Array;
  /** Ids of the characters to be predicted, each the one after its input. [T, B] */
  readonly targets: Int32Array;
}

/** All batches of a text, by place. */
export interface Batcher {
  readonly stepsPerEpoch: number;
  /**
   * @param epoch 1 for the first
   * @param stepInEpoch 0 for the first, below stepsPerEpoch (a RangeError otherwise)
   */
  batch(epoch: number, stepInEpoch: number): Batch;
}

/** How a text is cut, and the seed of its order. */
export interface BatcherConfig extends BatchingConfig {
  readonly seed: number;
}

/**
 * The batches of a part of a text (the whole of it by default).
 *
 * - `shuffled` (the tutorial): consecutive pieces of T + 1 characters in an order that is new each epoch; the input is
 *   a piece without its last character, the target without its first.
 * - `contiguous` (char-rnn): B parallel lanes through the text; each batch goes on where the last one ended, so that the
 *   hidden state can be carried over.
 *
 * @throws FolioError 'corpus' when the text does not fill one batch.
 */
export function createBatcher(
  ids: CharacterIds,
  config: BatcherConfig,
  range: TextRange = { start: 0, end: ids.length },
): Batcher {
  const { stepsPerEpoch } = planBatches(range.end - range.start, config);
  if (stepsPerEpoch === 0) {
    throw new FolioError(
      'corpus',
      `one batch of ${config.batchSize} sequences of ${config.sequenceLength} characters needs ${charactersPerBatch(config)} characters; the text has ${range.end - range.start}`,
      'Use more text, or a smaller batchSize or sequenceLength.',
    );
  }
  const starts = config.batching === 'shuffled' ? shuffledStarts(config, range) : laneStarts(config, range);
  return {
    stepsPerEpoch,
    batch(epoch, stepInEpoch) {
      if (!(stepInEpoch >= 0 && stepInEpoch < stepsPerEpoch)) {
        throw new RangeError(`step ${stepInEpoch} of an epoch of ${stepsPerEpoch}`);
      }
      return cut(ids, starts(epoch, stepInEpoch), config.sequenceLength);
    },
  };
}

/** Where in the text the B sequences of a batch begin. */
type Starts = (epoch: number, stepInEpoch: number) => Float64Array;

function shuffledStarts(config: BatcherConfig, range: TextRange): Starts {
  const { sequenceLength: T, batchSize: B, seed } = config;
  const { sequences } = planBatches(range.end - range.start, config);
  // The last epoch's order is kept only to save drawing it again for every batch.
  let known: { readonly epoch: number; readonly order: Uint32Array } = { epoch: NaN, order: new Uint32Array() };
  return (epoch, stepInEpoch) => {
    if (known.epoch !== epoch) {
      known = { epoch, order: new Random(seed, PURPOSE.order, epoch).permutation(sequences) };
    }
    const pieces = known.order.subarray(stepInEpoch * B, (stepInEpoch + 1) * B);
    return Float64Array.from(pieces, (piece) => range.start + piece * (T + 1));
  };
}

function laneStarts(config: BatcherConfig, range: TextRange): Starts {
  const { sequenceLength: T, batchSize: B } = config;
  const laneLength = Math.floor((range.end - range.start) / B);
  return (_epoch, stepInEpoch) =>
    new Float64Array(B).map((_, lane) => range.start + lane * laneLength + stepInEpoch * T);
}

/** T characters from each start, and the T that are one further. */
function cut(ids: CharacterIds, starts: Float64Array, T: number): Batch {
  const B = starts.length;
  const inputs = new Int32Array(T * B); // [T, B]
  const targets = new Int32Array(T * B); // [T, B]
  starts.forEach((start, b) => {
    let id = ids[start] as number; // the callers' starts leave T + 1 characters before the end
    for (let t = 0; t < T; t++) {
      const next = ids[start + t + 1] as number;
      inputs[t * B + b] = id;
      targets[t * B + b] = next;
      id = next;
    }
  });
  return { inputs, targets };
}

/** One batch of a held-out text. */
export interface ValidationWindow extends Batch {
  /** Characters of each lane in this window: T, less in the last one. */
  readonly length: number;
}

/** A held-out text read once, in lanes that start from a zero state and carry it from window to window. */
export interface ValidationReader {
  /** Sequences read side by side, B of every window. */
  readonly lanes: number;
  readonly windows: number;
  /** Targets in all the windows: what the mean loss is a mean of (each weighs the same). */
  readonly targets: number;
  /** Windows must be read in order, 0 first. */
  window(index: number): ValidationWindow;
}

/** A lane is at least so many windows long, because what follows a zero state is predicted without context. */
const WINDOWS_PER_LANE = 4;

/**
 * A reader over the held-out part of a text. Of its n characters all but the first are targets; they are dealt to the
 * lanes in equal runs of floor((n - 1) / lanes), each counted exactly once, and the fewer than `lanes` targets that are left over at the end
 * are not counted. A short text gets fewer lanes than `batchSize`; one lane (batchSize 1) counts every target.
 *
 * @throws FolioError 'corpus' for fewer than two characters.
 */
export function createValidationReader(
  ids: CharacterIds,
  config: Pick<BatchingConfig, 'sequenceLength' | 'batchSize'>,
  range: TextRange = { start: 0, end: ids.length },
): ValidationReader {
  const T = config.sequenceLength;
  const available = range.end - range.start - 1;
  if (available < 1) {
    throw new FolioError(
      'corpus',
      `${available + 1} characters cannot be measured: there is nothing to predict`,
      'Use at least two characters of text.',
    );
  }
  const lanes = Math.max(1, Math.min(config.batchSize, Math.floor(available / (WINDOWS_PER_LANE * T))));
  const laneLength = Math.floor(available / lanes);
  const windows = Math.ceil(laneLength / T);
  return {
    lanes,
    windows,
    targets: lanes * laneLength,
    window(index) {
      if (!(index >= 0 && index < windows)) throw new RangeError(`window ${index} of ${windows}`);
      const length = Math.min(T, laneLength - index * T);
      const starts = new Float64Array(lanes).map((_, lane) => range.start + lane * laneLength + index * T);
      return { ...cut(ids, starts, length), length };
    },
  };
}
