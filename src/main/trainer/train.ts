/**
 * A training run inside the training process: steps, ends of epochs, checkpoints, pauses. It reports everything by messages and
 * stores nothing itself.
 */
import { splitForValidation } from '../../shared/batch-plan.ts';
import type { RunConfig } from '../../shared/config.ts';
import type { EpochRecord } from '../../shared/domain.ts';
import { FolioError } from '../../shared/errors.ts';
import type { TensorOps } from '../engine/tensor-ops.ts';
import { type Batcher, createBatcher } from '../model/batches.ts';
import { initialWeights } from '../model/initializers.ts';
import { decodeSafetensors } from '../model/safetensors.ts';
import { learningRateAt, type ScheduleMoment } from '../model/schedule.ts';
import type { CharacterIds, Vocabulary } from '../model/vocabulary.ts';
import { networkShapeOf } from '../model/weights.ts';
import { encodeCheckpoint, restoreCheckpoint } from './checkpointing.ts';
import type { Control } from './control.ts';
import { EpochEnd, recordOf } from './epoch-end.ts';
import { firstLook } from './first-look.ts';
import type { Handover } from './handover.ts';
import type { CheckpointMessage, ResumeFrom, Send, TrainingPosition, WrittenSample } from './messages.ts';
import { Pace } from './pace.ts';
import { afterBegin, afterStep, afterValidation, afterWork, nextEpoch, START } from './position.ts';
import { TrainingStepper } from './stepper.ts';
import { type StepDone, Steps } from './steps.ts';
import { StoredEpochs } from './stored-epochs.ts';

export interface TrainingInput {
  readonly ops: TensorOps;
  /** Complete: a plan for a time budget is already made. */
  readonly config: RunConfig;
  /** Why it was planned so, in words; null when it was not. */
  readonly reason: string | null;
  readonly vocabulary: Vocabulary;
  readonly ids: CharacterIds;
  /** Where it goes on; null for a new run. */
  readonly resume: Handover<ResumeFrom> | null;
  /** Seconds spent on planning, which count towards the budget. */
  readonly secondsSpent: number;
}

/** Trains until the run is over or stopped. The last messages are a checkpoint (where there is anything new) and `ended`. */
export async function train(input: TrainingInput, control: Control, send: Send): Promise<void> {
  const training = new Training(input, control, send);
  return training.run().finally(() => training.close());
}

class Training {
  readonly #ops: TensorOps;
  readonly #config: RunConfig;
  readonly #vocabulary: Vocabulary;
  readonly #control: Control;
  readonly #send: Send;
  readonly #ranges: ReturnType<typeof splitForValidation>;
  readonly #batcher: Batcher;
  readonly #stepper: TrainingStepper;
  readonly #steps: Steps;
  readonly #pace: Pace;
  readonly #epochEnd: EpochEnd;
  readonly #fresh: boolean;
  readonly #reason: string | null;
  /** Behind the last step that was begun; without the seconds and the loss of one that is under way. */
  #position: TrainingPosition;
  /** Of the last step that was begun. */
  #learningRate: number;
  /** The step of the last checkpoint, and when it was made. */
  #saved = { step: 0, at: performance.now() };
  /** The step up to which epochs have their records, or need none. */
  #recorded: number;
  readonly #storedEpochs: StoredEpochs;
  /** Of the epoch that has just ended, when it was not stored. */
  #passedOver: EpochRecord | null = null;
  /** The best epoch so far, when it was not stored: it goes before the next checkpoint. */
  #heldBest: CheckpointMessage | null = null;

  constructor(input: TrainingInput, control: Control, send: Send) {
    const { ops, config, vocabulary, ids } = input;
    const resume = input.resume?.take() ?? null;
    this.#ops = ops;
    this.#config = config;
    this.#vocabulary = vocabulary;
    this.#control = control;
    this.#send = send;
    this.#ranges = splitForValidation(ids.length, config.validationFraction);
    this.#batcher = createBatcher(ids, config, this.#ranges.training);
    this.#pace = new Pace(config, this.#batcher.stepsPerEpoch);
    this.#fresh = resume === null;
    this.#reason = input.reason;
    const shape = networkShapeOf(config, vocabulary.size);
    const weights = resume === null ? initialWeights(shape, config.seed) : decodeSafetensors(resume.weights).arrays;
    this.#stepper = new TrainingStepper(ops, config, vocabulary.size, weights);
    this.#steps = new Steps(this.#stepper, (done) => this.#stepDone(done));
    const { network } = this.#stepper;
    this.#epochEnd = new EpochEnd(
      { ops, network, vocabulary, ids, config, held: this.#ranges.validation },
      control,
      send,
    );
    this.#position = resume?.position ?? { ...START, activeSeconds: input.secondsSpent };
    this.#storedEpochs = new StoredEpochs(config, this.#position.activeSeconds);
    this.#learningRate = learningRateAt(config, this.#moment(-1));
    // A run that was stopped after its last step, inside an epoch, still owes the record of that part; one that came to its end does not.
    this.#recorded =
      resume?.recorded === true ? resume.position.step : this.#position.step - this.#position.stepInEpoch;
    if (resume !== null) {
      restoreCheckpoint(ops, this.#stepper, resume.optimizer, resume.position.step);
      this.#saved.step = resume.position.step;
    }
  }

  close(): void {
    this.#steps.close();
    this.#stepper.close();
  }

  async run(): Promise<void> {
    await this.#send({
      type: 'plan',
      config: this.#config,
      stepsPerEpoch: this.#batcher.stepsPerEpoch,
      totalSteps: this.#pace.totalSteps,
      trainingCharacters: length(this.#ranges.training),
      validationCharacters: length(this.#ranges.validation),
      reason: this.#reason,
    });
    if (this.#fresh)
      await this.#send(await firstLook(this.#stepper, this.#ops, this.#batcher, this.#vocabulary, this.#config));
    await this.#send({ type: 'phase', phase: 'training' });
    try {
      await this.#untilOver();
    } catch (error) {
      if (!(error instanceof FolioError && error.code === 'diverged')) throw error;
      await this.#end('diverged', error.message);
    }
  }

  async #untilOver(): Promise<void> {
    if (this.#config.minutes > 0) await this.#measureEpochEnd();
    for (;;) {
      await this.#steps.breathe();
      if (this.#control.paused) await this.#pause();
      if (this.#control.stopped) return this.#stop();
      // Looked at here and not at an epoch's end, so that a run that was killed right after one ends as it would have.
      const reason = this.#reasonToEnd();
      if (reason !== null) return this.#finish(reason);
      if (this.#position.stepInEpoch === this.#batcher.stepsPerEpoch) {
        await this.#steps.settle();
        // Without time for another end of epoch after this one, what is left would be a handful of steps.
        const last = !this.#pace.hasTimeForEpochEnd(this.#position);
        if (!(await this.#endEpoch(true, last))) return this.#stop();
        if (last) return this.#finish('');
        continue;
      }
      if (this.#pace.isOver(this.#position, this.#steps.underWay)) break;
      if (this.#isSaveDue()) await this.#saveInside();
      await this.#step();
    }
    await this.#steps.settle();
    if (this.#recorded < this.#position.step && !(await this.#endEpoch(false, true))) return this.#stop();
    await this.#finish('');
  }

  /** A run on a time budget must know early what an end of epoch takes. */
  async #measureEpochEnd(): Promise<void> {
    const start = performance.now();
    this.#pace.epochEndTook(await this.#epochEnd.measure());
    this.#position = afterWork(this.#position, (performance.now() - start) / 1000);
  }

  #reasonToEnd(): string | null {
    const { patience } = this.#config;
    const { epochsWithoutImprovement, bestValidationLoss, bestEpoch } = this.#position;
    if (patience === 0 || epochsWithoutImprovement < patience) return null;
    const best = `best: ${bestValidationLoss?.toFixed(3)} after epoch ${bestEpoch}`;
    return `the validation loss has not improved for ${patience} epochs (${best})`;
  }

  /** Where the schedule is so many steps from here. */
  #moment(offset: number): ScheduleMoment {
    const step = Math.max(0, this.#position.step + offset);
    return { step, epoch: this.#position.epoch, progress: this.#pace.progress({ ...this.#position, step }) };
  }

  async #step(): Promise<void> {
    const { epoch, step, stepInEpoch } = this.#position;
    // A new pass over contiguous lanes starts at the beginning of the text, where no state belongs to.
    if (stepInEpoch === 0 && this.#config.batching === 'contiguous') this.#stepper.resetState();
    const learningRate = learningRateAt(this.#config, this.#moment(0));
    this.#learningRate = learningRate;
    const batch = this.#batcher.batch(epoch, stepInEpoch);
    this.#position = afterBegin(this.#position);
    await this.#steps.begin(batch, { epoch, step: step + 1, stepInEpoch: stepInEpoch + 1, learningRate });
  }

  async #stepDone({ of, result: { loss, gradientNorm }, seconds }: StepDone): Promise<void> {
    this.#pace.stepTook(seconds);
    this.#position = afterStep(this.#position, seconds, loss);
    const { batchSize, sequenceLength } = this.#config;
    await this.#send({
      type: 'step',
      ...of,
      loss,
      gradientNorm,
      milliseconds: seconds * 1000,
      charactersPerSecond: (batchSize * sequenceLength) / seconds,
      secondsLeft: this.#pace.secondsLeft({ ...this.#position, step: of.step }),
    });
  }

  /**
   * Validation, samples and a checkpoint; of very short epochs only some are stored. @returns false when it was asked to stop before
   * that; nothing has changed then
   */
  async #endEpoch(complete: boolean, last: boolean): Promise<boolean> {
    const start = performance.now();
    const validation = await this.#epochEnd.validate();
    const { epoch, activeSeconds } = this.#position;
    const isDue = last || this.#storedEpochs.isDue(epoch, activeSeconds + (performance.now() - start) / 1000);
    const samples = !validation.done ? null : isDue ? await this.#samples() : [];
    if (samples === null) return false;
    const validationLoss = validation.nats;
    if (validationLoss !== null && !Number.isFinite(validationLoss)) {
      throw new FolioError(
        'diverged',
        `the validation loss became ${validationLoss} after step ${this.#position.step}`,
      );
    }
    const record = recordOf(this.#position, this.#config, {
      complete,
      validationLoss,
      learningRate: this.#learningRate,
    });
    const improved = validationLoss !== null && validationLoss < (this.#position.bestValidationLoss ?? Infinity);
    this.#position = afterWork(afterValidation(this.#position, validationLoss), (performance.now() - start) / 1000);
    if (complete) this.#position = nextEpoch(this.#position);
    if (improved) this.#heldBest = null;
    if (isDue) await this.#checkpoint('epoch', record, samples);
    else await this.#passOver(record, improved);
    this.#pace.epochEndTook((performance.now() - start) / 1000);
    return true;
  }

  /** Of the epoch under way. Null when it was asked to stop. */
  #samples(): Promise<readonly WrittenSample[] | null> {
    return this.#epochEnd.samples(this.#position.epoch, this.#pace.isOver(this.#position));
  }

  async #passOver(record: EpochRecord, best: boolean): Promise<void> {
    this.#passedOver = record;
    this.#recorded = this.#position.step;
    if (best) this.#heldBest = await this.#message('epoch', record, []);
    await this.#send({ type: 'phase', phase: 'training' });
  }

  #isSaveDue(): boolean {
    const { step, stepInEpoch } = this.#position;
    if (step === this.#saved.step || stepInEpoch === 0) return false;
    return performance.now() - this.#saved.at > this.#config.saveEveryMinutes * 60_000;
  }

  async #saveInside(): Promise<void> {
    await this.#steps.settle();
    const ended = this.#position.stepInEpoch === 0 ? this.#passedOver : null;
    await this.#checkpoint(ended === null ? 'recovery' : 'epoch', ended, []);
  }

  async #checkpoint(
    kind: 'epoch' | 'recovery',
    epoch: EpochRecord | null,
    samples: readonly WrittenSample[],
  ): Promise<void> {
    await this.#send({ type: 'phase', phase: 'saving' });
    if (this.#heldBest !== null) await this.#send(this.#heldBest);
    this.#heldBest = null;
    await this.#send(await this.#message(kind, epoch, samples));
    this.#saved = { step: this.#position.step, at: performance.now() };
    if (kind === 'epoch') {
      this.#recorded = this.#position.step;
      this.#passedOver = null;
      this.#storedEpochs.stored(this.#position.activeSeconds);
    }
    await this.#send({ type: 'phase', phase: 'training' });
  }

  async #message(
    kind: 'epoch' | 'recovery',
    epoch: EpochRecord | null,
    samples: readonly WrittenSample[],
  ): Promise<CheckpointMessage> {
    const bytes = await encodeCheckpoint(this.#ops, this.#stepper, this.#config, this.#vocabulary.characters);
    return { type: 'checkpoint', kind, position: this.#position, epoch, samples, ...bytes };
  }

  async #pause(): Promise<void> {
    await this.#steps.settle();
    if (this.#saved.step < this.#position.step) await this.#saveInside();
    await this.#send({ type: 'phase', phase: 'paused' });
    await this.#control.whilePaused();
    if (!this.#control.stopped) await this.#send({ type: 'phase', phase: 'training' });
  }

  async #stop(): Promise<void> {
    await this.#steps.settle();
    if (this.#saved.step < this.#position.step) await this.#saveInside();
    await this.#end('stopped', '');
  }

  /** The last epoch is always stored: one that was passed over is stored now. */
  async #finish(reason: string): Promise<void> {
    const record = this.#passedOver;
    if (record !== null && this.#position.stepInEpoch === 0) {
      const samples = await this.#epochEnd.samples(record.epoch, true);
      if (samples === null) return this.#stop();
      await this.#checkpoint('epoch', record, samples);
    }
    await this.#end('finished', reason);
  }

  #end(outcome: 'finished' | 'stopped' | 'diverged', reason: string): Promise<void> {
    return this.#send({ type: 'ended', outcome, reason });
  }
}

function length(range: { readonly start: number; readonly end: number }): number {
  return range.end - range.start;
}
