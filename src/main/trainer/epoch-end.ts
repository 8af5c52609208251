import type { TextRange } from '../../shared/batch-plan.ts';
import type { RunConfig } from '../../shared/config.ts';
import type { EpochRecord } from '../../shared/domain.ts';
import type { TensorOps } from '../engine/tensor-ops.ts';
import { createValidationReader } from '../model/batches.ts';
import type { Network } from '../model/network.ts';
import type { CharacterIds, Vocabulary } from '../model/vocabulary.ts';
import { Control } from './control.ts';
import { evaluate } from './evaluation.ts';
import type { Send, TrainingPosition, WrittenSample } from './messages.ts';
import { writeSamples } from './writing.ts';

/** Share of a time budget that one validation may take. */
const VALIDATION_SHARE = 0.1;
/** Characters written to see how long samples take. */
const TRIAL_CHARACTERS = 32;

export interface EpochEndInput {
  readonly ops: TensorOps;
  readonly network: Network;
  readonly vocabulary: Vocabulary;
  readonly ids: CharacterIds;
  readonly config: RunConfig;
  /** The part of the text that is never trained on. */
  readonly held: TextRange;
}

/** What the record says of the epoch (or the part of one) that ends at a position. */
export function recordOf(
  { epoch, stepInEpoch, lossSum, epochSeconds }: TrainingPosition,
  { batchSize, sequenceLength }: RunConfig,
  rest: Pick<EpochRecord, 'complete' | 'validationLoss' | 'learningRate'>,
): EpochRecord {
  return {
    ...rest,
    epoch,
    steps: stepInEpoch,
    trainLoss: lossSum / stepInEpoch,
    seconds: epochSeconds,
    charactersPerSecond: (stepInEpoch * batchSize * sequenceLength) / epochSeconds,
  };
}

/** What happens after every epoch: the held-out part is measured, and samples are written. Both can be stopped. */
export class EpochEnd {
  readonly #input: EpochEndInput;
  readonly #control: Control;
  readonly #send: Send;
  /** Windows of the held-out part that are read; fewer than there are on a small time budget. */
  #windows = Infinity;

  constructor(input: EpochEndInput, control: Control, send: Send) {
    this.#input = input;
    this.#control = control;
    this.#send = send;
  }

  get #hasValidation(): boolean {
    return this.#input.held.end - this.#input.held.start >= 2;
  }

  /** `nats` is null without a held-out part; `done` is false when it was asked to stop. */
  async validate(): Promise<{ readonly nats: number | null; readonly done: boolean }> {
    if (!this.#hasValidation) return { nats: null, done: true };
    await this.#send({ type: 'phase', phase: 'validating' });
    const proceed = async () => {
      await Control.breathe();
      return !this.#control.stopped;
    };
    const result = await this.#evaluate(proceed, this.#windows);
    return { nats: result?.nats ?? null, done: result !== null };
  }

  /** Null when it was asked to stop. @param last whether no epoch follows */
  async samples(epoch: number, last: boolean): Promise<readonly WrittenSample[] | null> {
    const { ops, network, vocabulary, config } = this.#input;
    const due = config.sampleEvery > 0 && (epoch % config.sampleEvery === 0 || last);
    if (!due || config.prompts.length === 0) return [];
    await this.#send({ type: 'phase', phase: 'sampling' });
    return writeSamples(ops, network, vocabulary, config, () => !this.#control.stopped);
  }

  /**
   * For a run on a time budget: the seconds that all this will take, from one window of the validation and a few characters. A
   * held-out part that would use more than a tenth of the budget each time is read in part, the same part after every epoch.
   */
  async measure(): Promise<number> {
    const { ops, network, vocabulary, config, ids, held } = this.#input;
    let seconds = 0;
    if (this.#hasValidation) {
      const never = () => Promise.resolve(false);
      await this.#evaluate(never, 1); // warms up
      const start = performance.now();
      await this.#evaluate(never, 1);
      const window = (performance.now() - start) / 1000;
      const affordable = Math.floor((config.minutes * 60 * VALIDATION_SHARE) / window);
      this.#windows = Math.max(1, Math.min(createValidationReader(ids, config, held).windows, affordable));
      seconds += window * this.#windows;
    }
    const texts = config.sampleEvery > 0 ? config.prompts.length * config.temperatures.length : 0;
    if (texts > 0) {
      const start = performance.now();
      await writeSamples(ops, network, vocabulary, { ...config, sampleLength: TRIAL_CHARACTERS }, () => true);
      seconds += ((performance.now() - start) / 1000) * (config.sampleLength / TRIAL_CHARACTERS);
    }
    return seconds;
  }

  #evaluate(proceed: (done: number, total: number) => Promise<boolean>, limit: number) {
    const { ops, network, ids, held, config } = this.#input;
    return evaluate(ops, network, ids, held, config, proceed, limit);
  }
}
