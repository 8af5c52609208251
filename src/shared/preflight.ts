/** What a run will be, and what is wrong with it, before anything is started. Pure arithmetic on a text's numbers. */
import { charactersPerBatch, planBatches, splitForValidation, type BatchPlan } from './batch-plan.ts';
import { describeCharacters } from './characters.ts';
import type { RunConfig } from './config.ts';
import { networkShapeOf, parameterCount } from './network-shape.ts';
import { powerOfTwo, sizeProblems, sizesOf } from './preflight-size.ts';
import type { SizeInput, Sizes } from './preflight-size.ts';
import { asSettings } from './preflight-problem.ts';
import type { PreflightFinding, PreflightProblem } from './preflight-problem.ts';

export type { PreflightFinding, PreflightProblem } from './preflight-problem.ts';

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
export const RARE_COUNT = 5;
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

type Report = (finding: PreflightFinding, message: string, hint: string, fix?: Partial<RunConfig>) => void;

function findProblems(
  input: PreflightInput,
  plan: BatchPlan,
  trainingCharacters: number,
  validationCharacters: number,
  sizes: Sizes,
): PreflightProblem[] {
  const { characters, vocabularySize, config } = input;
  const problems: PreflightProblem[] = [];
  const add =
    (severity: PreflightProblem['severity']): Report =>
    (finding, message, hint, fix) =>
      problems.push({ severity, finding, ...(fix === undefined ? {} : { fix }), message, hint, cause: 'corpus' });
  const [error, warn] = [add('error'), add('warning')];

  if (characters === 0) {
    error({ code: 'empty-text' }, 'the text is empty', 'Choose a file with text in it.');
    return problems;
  }
  if (vocabularySize > MAX_VOCABULARY) {
    error(
      { code: 'vocabulary-too-large', distinct: vocabularySize, most: MAX_VOCABULARY },
      `the text has ${number(vocabularySize)} distinct characters; at most ${number(MAX_VOCABULARY)} are possible`,
      'A text has at most a few thousand: see whether the file is text, and in the encoding that it was read as.',
    );
  }
  if (vocabularySize === 1) {
    error(
      { code: 'one-character' },
      'the text is one character over and over: there is nothing to learn',
      'Choose a text with words in it.',
    );
    return problems;
  }

  if (plan.stepsPerEpoch === 0) {
    const isPart = trainingCharacters < characters;
    const part = isPart ? 'the part of the text that is trained on' : 'the text';
    const { batchSize, sequenceLength } = config;
    const needed = charactersPerBatch(config);
    const fix = settingsForOneBatch(characters, trainingCharacters, config);
    error(
      { code: 'no-batch', characters: trainingCharacters, isPart, batchSize, sequenceLength, needed },
      `${part} has ${count(trainingCharacters, 'character')}; one batch of ${count(config.batchSize, 'sequence')} of ` +
        `${count(config.sequenceLength, 'character')} needs ${number(needed)}`,
      `Use ${asSettings(fix)}, or a longer text.`,
      fix,
    );
  } else if (plan.stepsPerEpoch < FEW_STEPS) {
    const batchSize = batchSizeFor(trainingCharacters, config.sequenceLength, FEW_STEPS);
    const fix = batchSize < config.batchSize ? { batchSize } : undefined;
    warn(
      { code: 'few-steps', steps: plan.stepsPerEpoch },
      `one epoch is only ${count(plan.stepsPerEpoch, 'step')}: the network learns little in an epoch`,
      fix !== undefined
        ? `A smaller batch gives more steps: ${asSettings(fix)}. Or use more epochs, or a longer text.`
        : 'Use more epochs, or a longer text.',
      fix,
    );
  }

  if (config.validationFraction > 0 && validationCharacters < 2) {
    error(
      { code: 'no-validation', characters, validationCharacters },
      `${config.validationFraction} of ${count(characters, 'character')} leaves ${validationCharacters} to validate on`,
      'Use --set validationFraction=0, or a longer text.',
      withoutValidation(config),
    );
  } else if (config.validationFraction > 0 && validationCharacters < NOISY_VALIDATION) {
    warn(
      { code: 'noisy-validation', validationCharacters },
      `the validation loss will be measured on only ${count(validationCharacters, 'character')}: it will be noisy`,
      'A larger validationFraction or a longer text makes it steadier.',
    );
  }

  rareCharacters(input, warn);
  problems.push(...sizeProblems(input, sizes));
  return problems;
}

function rareCharacters({ characters, vocabularySize, counts }: PreflightInput, warn: Report): void {
  const hint = 'The network can hardly learn those. Replacing or removing them makes it smaller and faster.';
  if (counts !== undefined) {
    const rare = [...counts].filter(([, occurrences]) => occurrences < RARE_COUNT).map(([character]) => character);
    if (rare.length <= RARE_SHARE * counts.size) return;
    warn(
      { code: 'rare-characters', rare, distinct: counts.size, occurrences: RARE_COUNT },
      `${number(rare.length)} of ${number(counts.size)} distinct characters occur fewer than ${RARE_COUNT} times: ${describeCharacters(rare, 8)}`,
      hint,
    );
  } else if (characters < FEW_OCCURRENCES * vocabularySize) {
    const mean = Math.max(1, Math.round(characters / vocabularySize));
    warn(
      { code: 'large-vocabulary', distinct: vocabularySize, meanOccurrences: mean },
      `the text has ${number(vocabularySize)} distinct characters, each ${count(mean, 'time')} on average: some are rare`,
      hint,
    );
  }
}

/** The settings that come nearest to the configuration's and give at least one batch. */
function settingsForOneBatch(characters: number, trainingCharacters: number, config: RunConfig): Partial<RunConfig> {
  const usable = trainingCharacters >= 2 ? trainingCharacters : characters;
  // A text of which nothing to speak of is left to train on cannot spare a part of it.
  const whole = usable === trainingCharacters ? {} : withoutValidation(config);
  if (usable > config.sequenceLength) {
    const batchSize = batchSizeFor(usable, config.sequenceLength, 1);
    return batchSize < config.batchSize ? { ...whole, batchSize } : whole;
  }
  const single = config.batchSize > 1 ? { batchSize: 1 } : {};
  return { ...whole, ...single, sequenceLength: powerOfTwo(Math.max(1, usable - 1)) };
}

/** Early stopping waits for a validation loss: it goes too. */
function withoutValidation({ patience }: RunConfig): Partial<RunConfig> {
  return { validationFraction: 0, ...(patience > 0 ? { patience: 0 } : {}) };
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
