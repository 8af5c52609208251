/** What a run will be, and what is wrong with it, before anything is started. Pure arithmetic on a text's numbers. */
import { charactersPerBatch, planBatches, splitForValidation, type BatchPlan } from './batch-plan.ts';
import { describeCharacters } from './characters.ts';
import type { RunConfig } from './config.ts';
import { networkShapeOf, parameterCount } from './network-shape.ts';
import { powerOfTwo, sizeProblems, sizesOf } from './preflight-size.ts';
import type { PreflightProblem, SizeInput, Sizes } from './preflight-size.ts';

export type { PreflightProblem } from './preflight-size.ts';

export interface PreflightInput extends SizeInput {
  /** How often each character occurs, where that is known: rare ones are named then. */
  readonly counts?: ReadonlyMap<string, number>;
}

export interface Preflight extends Sizes {
  readonly sequences: number;
  readonly stepsPerEpoch: number;
  readonly trainingCharacters: number;
  readonly validationCharacters: number;
  readonly parameters: number;
  readonly problems: readonly PreflightProblem[];
}

/** Ids are 16 bits wide. */
const MAX_VOCABULARY = 65_536;
/** A character seen less often than this is rare; a warning when more than this share of the vocabulary is. */
const RARE_COUNT = 5;
const RARE_SHARE = 0.05;
/** Without counts: fewer occurrences of a character on average than this. */
const FEW_OCCURRENCES = 100;
/** Below this many targets the mean validation loss moves by several hundredths from chance alone. */
const NOISY_VALIDATION = 1000;
const FEW_STEPS = 10;

export function preflight(input: PreflightInput): Preflight {
  const { characters, vocabularySize, config } = input;
  const { training, validation } = splitForValidation(characters, config.validationFraction);
  const trainingCharacters = training.end - training.start;
  const plan = planBatches(trainingCharacters, config);
  const parameters = parameterCount(networkShapeOf(config, vocabularySize));
  const sizes = sizesOf(input, parameters, plan.stepsPerEpoch);
  return {
    sequences: plan.sequences,
    stepsPerEpoch: plan.stepsPerEpoch,
    trainingCharacters,
    validationCharacters: validation.end - validation.start,
    parameters,
    ...sizes,
    problems: findProblems(input, plan, trainingCharacters, validation.end - validation.start, sizes),
  };
}

function findProblems(
  input: PreflightInput,
  plan: BatchPlan,
  trainingCharacters: number,
  validationCharacters: number,
  sizes: Sizes,
): PreflightProblem[] {
  const { characters, vocabularySize, config } = input;
  const problems: PreflightProblem[] = [];
  const error = (message: string, hint: string) => problems.push({ severity: 'error', message, hint, cause: 'corpus' });
  const warn = (message: string, hint: string) =>
    problems.push({ severity: 'warning', message, hint, cause: 'corpus' });

  if (characters === 0) {
    error('the text is empty', 'Choose a file with text in it.');
    return problems;
  }
  if (vocabularySize > MAX_VOCABULARY) {
    error(
      `the text has ${number(vocabularySize)} distinct characters; at most ${number(MAX_VOCABULARY)} are possible`,
      'A text has at most a few thousand: see whether the file is text, and in the encoding that it was read as.',
    );
  }
  if (vocabularySize === 1) {
    error('the text is one character over and over: there is nothing to learn', 'Choose a text with words in it.');
    return problems;
  }

  if (plan.stepsPerEpoch === 0) {
    const part = trainingCharacters < characters ? 'the part of the text that is trained on' : 'the text';
    error(
      `${part} has ${count(trainingCharacters, 'character')}; one batch of ${count(config.batchSize, 'sequence')} of ` +
        `${count(config.sequenceLength, 'character')} needs ${number(charactersPerBatch(config))}`,
      `Use ${settingsForOneBatch(characters, trainingCharacters, config)}, or a longer text.`,
    );
  } else if (plan.stepsPerEpoch < FEW_STEPS) {
    const batchSize = batchSizeFor(trainingCharacters, config.sequenceLength, FEW_STEPS);
    warn(
      `one epoch is only ${count(plan.stepsPerEpoch, 'step')}: the network learns little in an epoch`,
      batchSize < config.batchSize
        ? `A smaller batch gives more steps: --set batchSize=${batchSize}. Or use more epochs, or a longer text.`
        : 'Use more epochs, or a longer text.',
    );
  }

  if (config.validationFraction > 0 && validationCharacters < 2) {
    error(
      `${config.validationFraction} of ${count(characters, 'character')} leaves ${validationCharacters} to validate on`,
      'Use --set validationFraction=0, or a longer text.',
    );
  } else if (config.validationFraction > 0 && validationCharacters < NOISY_VALIDATION) {
    warn(
      `the validation loss will be measured on only ${count(validationCharacters, 'character')}: it will be noisy`,
      'A larger validationFraction or a longer text makes it steadier.',
    );
  }

  rareCharacters(input, warn);
  problems.push(...sizeProblems(input, sizes));
  return problems;
}

function rareCharacters(
  { characters, vocabularySize, counts }: PreflightInput,
  warn: (message: string, hint: string) => void,
): void {
  const hint = 'The network can hardly learn those. Replacing or removing them makes it smaller and faster.';
  if (counts !== undefined) {
    const rare = [...counts].filter(([, occurrences]) => occurrences < RARE_COUNT).map(([character]) => character);
    if (rare.length <= RARE_SHARE * counts.size) return;
    warn(
      `${number(rare.length)} of ${number(counts.size)} distinct characters occur fewer than ${RARE_COUNT} times: ${describeCharacters(rare, 8)}`,
      hint,
    );
  } else if (characters < FEW_OCCURRENCES * vocabularySize) {
    const mean = Math.max(1, Math.round(characters / vocabularySize));
    warn(
      `the text has ${number(vocabularySize)} distinct characters, each ${count(mean, 'time')} on average: some are rare`,
      hint,
    );
  }
}

/** The settings that come nearest to the configuration's and give at least one batch, as a person would type them. */
function settingsForOneBatch(characters: number, trainingCharacters: number, config: RunConfig): string {
  const usable = trainingCharacters >= 2 ? trainingCharacters : characters;
  const settings: string[] = [];
  // A text of which nothing to speak of is left to train on cannot spare a part of it.
  if (usable !== trainingCharacters) settings.push('validationFraction=0');
  if (usable > config.sequenceLength) {
    const batchSize = batchSizeFor(usable, config.sequenceLength, 1);
    if (batchSize < config.batchSize) settings.push(`batchSize=${batchSize}`);
  } else {
    if (config.batchSize > 1) settings.push('batchSize=1');
    settings.push(`sequenceLength=${powerOfTwo(Math.max(1, usable - 1))}`);
  }
  return settings.map((setting) => `--set ${setting}`).join(' ');
}

/** The largest power of two that gives at least so many steps an epoch (by either way of batching), at least 1. */
function batchSizeFor(characters: number, sequenceLength: number, steps: number): number {
  return powerOfTwo(Math.max(1, Math.floor(characters / (steps * (sequenceLength + 1)))));
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function count(value: number, noun: string): string {
  return `${number(value)} ${noun}${value === 1 ? '' : 's'}`;
}
