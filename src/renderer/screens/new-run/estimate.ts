/** How long a run will take, from its plan and a speed. */
import type { RunConfig } from '../../../shared/config.ts';
import type { Preflight } from '../../../shared/preflight.ts';

export interface Speed {
  readonly millisecondsPerStep: number;
  /** Characters a second when it writes one text. */
  readonly writingPerSecond: number;
}

export interface Steps {
  /** Altogether, unless the minutes end it before. */
  readonly total: number;
  readonly epochs: number;
}

/** Reading without learning takes about a third of a step's time. */
const FORWARD_SHARE = 1 / 3;

/** What the epochs and the step limit allow. */
export function plannedSteps({ epochs, maxSteps }: RunConfig, stepsPerEpoch: number): Steps {
  const all = epochs * stepsPerEpoch;
  const total = maxSteps > 0 ? Math.min(all, maxSteps) : all;
  return { total, epochs: stepsPerEpoch === 0 ? 0 : Math.ceil(total / stepsPerEpoch) };
}

export interface Estimate {
  readonly seconds: number;
  /** Whether the minutes end the run before its epochs do. */
  readonly byMinutes: boolean;
}

/** Steps, validation and samples of the whole run. */
export function estimateRun(
  config: RunConfig,
  plan: Pick<Preflight, 'stepsPerEpoch' | 'validationCharacters'>,
  speed: Speed,
): Estimate {
  const { total, epochs } = plannedSteps(config, plan.stepsPerEpoch);
  const stepSeconds = speed.millisecondsPerStep / 1000;
  const charactersPerStep = config.batchSize * config.sequenceLength;
  const validation = epochs * (plan.validationCharacters / charactersPerStep) * stepSeconds * FORWARD_SHARE;
  const times = config.sampleEvery === 0 ? 0 : Math.floor(epochs / config.sampleEvery);
  const written =
    config.prompts.reduce((sum, prompt) => sum + prompt.length + config.sampleLength, 0) * config.temperatures.length;
  const writing = speed.writingPerSecond > 0 ? (times * written) / speed.writingPerSecond : 0;
  const seconds = total * stepSeconds + validation + writing;
  const budget = config.minutes * 60;
  return budget > 0 && budget < seconds ? { seconds: budget, byMinutes: true } : { seconds, byMinutes: false };
}

/** Rounded to what an estimate can promise: 5 seconds, or ten, or a whole minute and more. */
export function roughly(seconds: number): number {
  const grain = seconds < 60 ? 5 : seconds < 600 ? 10 : 60;
  return Math.max(grain, Math.round(seconds / grain) * grain);
}

/** Operations on numbers in one training step: six for each weight of a matrix and character, forwards and back. */
export function operationsPerStep(config: RunConfig, parameters: number): number {
  return 6 * parameters * config.batchSize * config.sequenceLength;
}

/** Of the parameters' operations the measured ones: looking up an embedding multiplies nothing. */
const MULTIPLIED = 0.85;

/** A first guess from an engine's measured speed in a step of the tutorial's; small networks reach a part of it only. */
export function roughSpeed(config: RunConfig, parameters: number, gflops: number): Speed {
  const overhead = 0.25 * config.sequenceLength * config.layers; // milliseconds
  return {
    millisecondsPerStep: (operationsPerStep(config, parameters) * MULTIPLIED) / (gflops * 1e6) + overhead,
    writingPerSecond: 2000,
  };
}
