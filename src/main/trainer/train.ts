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
import { Control } from './control.ts';
import { EpochEnd } from './epoch-end.ts';
import { firstLook } from './first-look.ts';
import type { Send, TrainingPosition, TrainRequest, WrittenSample } from './messages.ts';
import { Pace } from './pace.ts';
import { TrainingStepper } from './stepper.ts';

const START: TrainingPosition = {
  step: 0,
  epoch: 1,
  stepInEpoch: 0,
  activeSeconds: 0,
  lossSum: 0,
  epochSeconds: 0,
  bestValidationLoss: null,
  bestEpoch: null,
  epochsWithoutImprovement: 0,
};

export interface TrainingInput {
  readonly ops: TensorOps;
  /** Complete: a plan for a time budget is already made. */
  readonly config: RunConfig;
  /** Why it was planned so, in words; null when it was not. */
  readonly reason: string | null;
  readonly vocabulary: Vocabulary;
  readonly ids: CharacterIds;
  readonly resume: TrainRequest['resume'];
  /** Seconds spent on planning, which count towards the budget. */
  readonly secondsSpent: number;
}

/** Trains until the run is over or stopped. The last messages are a checkpoint (where there is anything new) and `ended`. */
export async function train(input: TrainingInput, control: Control, send: Send): Promise<void> {
  const training = new Training(input, control, send);
  try {
    await training.run();
  } finally {
    training.close();
  }
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
  readonly #pace: Pace;
  readonly #epochEnd: EpochEnd;
  readonly #fresh: boolean;
  readonly #reason: string | null;
  #position: TrainingPosition;
  /** Of the last step. */
  #learningRate: number;
  /** The step of the last checkpoint, and when it was made. */
  #saved = { step: 0, at: performance.now() };
  /** The step up to which epochs have their records. */
  #recorded: number;

  constructor(input: TrainingInput, control: Control, send: Send) {
    const { ops, config, vocabulary, ids, resume } = input;
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
    const { network } = this.#stepper;
    this.#epochEnd = new EpochEnd(
      { ops, network, vocabulary, ids, config, held: this.#ranges.validation },
      control,
      send,
    );
    this.#position = resume?.position ?? { ...START, activeSeconds: input.secondsSpent };
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
      await Control.breathe();
      if (this.#control.paused) await this.#pause();
      if (this.#control.stopped) return this.#stop();
      // Looked at here and not at an epoch's end, so that a run that was killed right after one ends as it would have.
      const reason = this.#reasonToEnd();
      if (reason !== null) return this.#end('finished', reason);
      if (this.#position.stepInEpoch === this.#batcher.stepsPerEpoch) {
        // Without time for another end of epoch after this one, what is left would be a handful of steps.
        const last = !this.#pace.hasTimeForEpochEnd(this.#position);
        if (!(await this.#endEpoch(true))) return this.#stop();
        if (last) return this.#end('finished', '');
        continue;
      }
      if (this.#pace.isOver(this.#position)) break;
      await this.#step();
      const due = performance.now() - this.#saved.at > this.#config.saveEveryMinutes * 60_000;
      if (due && this.#position.stepInEpoch < this.#batcher.stepsPerEpoch) await this.#saveInside();
    }
    if (this.#recorded < this.#position.step && !(await this.#endEpoch(false))) return this.#stop();
    await this.#end('finished', '');
  }

  /** A run on a time budget must know early what an end of epoch takes. */
  async #measureEpochEnd(): Promise<void> {
    const start = performance.now();
    this.#pace.epochEndTook(await this.#epochEnd.measure());
    const { activeSeconds } = this.#position;
    this.#position = { ...this.#position, activeSeconds: activeSeconds + (performance.now() - start) / 1000 };
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
    const position = this.#position;
    const { batchSize, sequenceLength, batching } = this.#config;
    // A new pass over contiguous lanes starts at the beginning of the text, where no state belongs to.
    if (position.stepInEpoch === 0 && batching === 'contiguous') this.#stepper.resetState();
    const learningRate = learningRateAt(this.#config, this.#moment(0));
    this.#learningRate = learningRate;
    const start = performance.now();
    const batch = this.#batcher.batch(position.epoch, position.stepInEpoch);
    const { loss, gradientNorm } = await this.#stepper.step(batch, { step: position.step + 1, learningRate });
    const seconds = (performance.now() - start) / 1000;
    this.#pace.stepTook(seconds);
    this.#position = {
      ...position,
      step: position.step + 1,
      stepInEpoch: position.stepInEpoch + 1,
      activeSeconds: position.activeSeconds + seconds,
      epochSeconds: position.epochSeconds + seconds,
      lossSum: position.lossSum + loss,
    };
    await this.#send({
      type: 'step',
      epoch: position.epoch,
      step: position.step + 1,
      stepInEpoch: position.stepInEpoch + 1,
      loss,
      gradientNorm,
      learningRate,
      milliseconds: seconds * 1000,
      charactersPerSecond: (batchSize * sequenceLength) / seconds,
      secondsLeft: this.#pace.secondsLeft(this.#position),
    });
  }

  /** Validation, samples and a checkpoint. @returns false when it was asked to stop before that; nothing has changed then */
  async #endEpoch(complete: boolean): Promise<boolean> {
    const start = performance.now();
    const validation = await this.#epochEnd.validate();
    const { epoch } = this.#position;
    const samples = validation.done ? await this.#epochEnd.samples(epoch, this.#pace.isOver(this.#position)) : null;
    if (samples === null) return false;
    const validationLoss = validation.nats;
    if (validationLoss !== null && !Number.isFinite(validationLoss)) {
      throw new FolioError(
        'diverged',
        `the validation loss became ${validationLoss} after step ${this.#position.step}`,
      );
    }
    const record = this.#record(complete, validationLoss);
    const improved = validationLoss !== null && validationLoss < (this.#position.bestValidationLoss ?? Infinity);
    const seconds = (performance.now() - start) / 1000;
    const finished = this.#position;
    this.#position = {
      ...finished,
      activeSeconds: finished.activeSeconds + seconds,
      bestValidationLoss: improved ? validationLoss : finished.bestValidationLoss,
      bestEpoch: improved ? finished.epoch : finished.bestEpoch,
      epochsWithoutImprovement: improved || validationLoss === null ? 0 : finished.epochsWithoutImprovement + 1,
    };
    if (complete) this.#beginEpoch();
    await this.#checkpoint('epoch', record, samples);
    this.#pace.epochEndTook((performance.now() - start) / 1000);
    return true;
  }

  #record(complete: boolean, validationLoss: number | null): EpochRecord {
    const { epoch, stepInEpoch, lossSum, epochSeconds } = this.#position;
    const { batchSize, sequenceLength } = this.#config;
    return {
      epoch,
      steps: stepInEpoch,
      complete,
      trainLoss: lossSum / stepInEpoch,
      validationLoss,
      seconds: epochSeconds,
      charactersPerSecond: (stepInEpoch * batchSize * sequenceLength) / epochSeconds,
      learningRate: this.#learningRate,
    };
  }

  #beginEpoch(): void {
    this.#position = {
      ...this.#position,
      epoch: this.#position.epoch + 1,
      stepInEpoch: 0,
      lossSum: 0,
      epochSeconds: 0,
    };
  }

  async #saveInside(): Promise<void> {
    await this.#checkpoint('recovery', null, []);
  }

  async #checkpoint(
    kind: 'epoch' | 'recovery',
    epoch: EpochRecord | null,
    samples: readonly WrittenSample[],
  ): Promise<void> {
    await this.#send({ type: 'phase', phase: 'saving' });
    const bytes = await encodeCheckpoint(this.#ops, this.#stepper, this.#config, this.#vocabulary.characters);
    await this.#send({ type: 'checkpoint', kind, position: this.#position, epoch, samples, ...bytes });
    this.#saved = { step: this.#position.step, at: performance.now() };
    if (kind === 'epoch') this.#recorded = this.#position.step;
    await this.#send({ type: 'phase', phase: 'training' });
  }

  async #pause(): Promise<void> {
    if (this.#saved.step < this.#position.step) await this.#saveInside();
    await this.#send({ type: 'phase', phase: 'paused' });
    await this.#control.whilePaused();
    if (!this.#control.stopped) await this.#send({ type: 'phase', phase: 'training' });
  }

  async #stop(): Promise<void> {
    if (this.#saved.step < this.#position.step) await this.#saveInside();
    await this.#end('stopped', '');
  }

  #end(outcome: 'finished' | 'stopped' | 'diverged', reason: string): Promise<void> {
    return this.#send({ type: 'ended', outcome, reason });
  }
}

function length(range: { readonly start: number; readonly end: number }): number {
  return range.end - range.start;
}
