/** What may change of a run's settings when it goes on, and whether there is anything left to do then. */
import { planBatches, splitForValidation } from '../../shared/batch-plan.ts';
import { runConfigSchema, type ConfigKey, type RunConfig } from '../../shared/config.ts';
import { FolioError } from '../../shared/errors.ts';
import type { TrainingPosition } from '../trainer/messages.ts';
import { applySettings, checkConfig } from './settings.ts';

/**
 * The settings that leave weights, optimizer state, position and the order of the text what they are: how far a run goes, how large its
 * steps are, and what is written and saved on the way.
 */
export const CHANGEABLE = [
  'epochs',
  'maxSteps',
  'minutes',
  'learningRate',
  'schedule',
  'warmupSteps',
  'clipNorm',
  'weightDecay',
  'dropout',
  'weightDrop',
  'precision',
  'patience',
  'sampleEvery',
  'sampleLength',
  'prompts',
  'temperatures',
  'saveEveryMinutes',
] as const satisfies readonly ConfigKey[];

export type ResumeChanges = { readonly [Key in (typeof CHANGEABLE)[number]]?: RunConfig[Key] | undefined };

export interface ChangedConfig {
  readonly config: RunConfig;
  /** "learningRate=0.002 (it was 0.004), clipNorm=1 (it was 0)"; empty when nothing has another value. */
  readonly words: string;
  /** The settings that were given, whether or not they have another value now. */
  readonly named: readonly string[];
}

/**
 * The configuration with the changes, whole and checked. The schedule of the learning rate follows a changed end: its falling part is
 * the one that a run planned with that end from the beginning would be in.
 *
 * @throws FolioError 'config' for a setting that cannot change any more, a value out of its range, or settings that do not go together.
 */
export function changedConfig(config: RunConfig, changes: ResumeChanges): ChangedConfig {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  for (const [key] of given) {
    if ((CHANGEABLE as readonly string[]).includes(key)) continue;
    throw new FolioError(
      'config',
      `${key} cannot change while a run goes on`,
      `These can: ${CHANGEABLE.join(', ')}. For another ${key}, train a new run.`,
    );
  }
  const parsed = runConfigSchema.safeParse({ ...config, ...Object.fromEntries(given) });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new FolioError('config', `${issue?.path.join('.') ?? 'a setting'}: ${issue?.message ?? 'not valid'}`);
  }
  checkConfig(parsed.data);
  const words = CHANGEABLE.filter((key) => JSON.stringify(parsed.data[key]) !== JSON.stringify(config[key]))
    .map((key) => `${key}=${String(parsed.data[key])} (it was ${String(config[key])})`)
    .join(', ');
  return { config: parsed.data, words, named: given.map(([key]) => key) };
}

/** What `name=value` pairs (`folio resume 3 --set learningRate=0.001`) change. @throws FolioError what applySettings throws */
export function parseChanges(config: RunConfig, pairs: readonly string[]): ResumeChanges {
  const wanted = applySettings(config, pairs);
  const named = new Set(pairs.map((pair) => pair.slice(0, pair.indexOf('=')).trim()));
  return Object.fromEntries(Object.entries(wanted).filter(([key]) => named.has(key)));
}

/**
 * Refuses to go on with a finished run that would end at once.
 *
 * @param characters code points of its text
 * @param position where its last checkpoint stands; null for none
 * @throws FolioError 'config' that names what would have to change
 */
export function refuseWithoutWork(
  run: { readonly id: number },
  config: RunConfig,
  characters: number,
  position: TrainingPosition | null,
): void {
  if (position === null) {
    throw new FolioError(
      'config',
      `run ${run.id} is finished and has nothing stored to go on from`,
      'Train a new run.',
    );
  }
  const { training } = splitForValidation(characters, config.validationFraction);
  const { stepsPerEpoch } = planBatches(training.end - training.start, config);
  const { epochs, maxSteps, minutes, patience } = config;
  const after = `epoch ${position.stepInEpoch === 0 ? position.epoch - 1 : position.epoch}, step ${position.step}`;
  const refuse = (hint: string): never => {
    throw new FolioError('config', `run ${run.id} is finished after ${after}: there is nothing left to resume`, hint);
  };
  const resume = (change: string): string => `\`folio resume ${run.id} --set ${change}\` trains it further.`;
  if (position.step >= epochs * stepsPerEpoch) refuse(resume(`epochs=${Math.min(100_000, position.epoch + 4)}`));
  if (maxSteps > 0 && position.step >= maxSteps) refuse(resume(`maxSteps=${position.step + 5 * stepsPerEpoch}`));
  if (minutes > 0 && position.activeSeconds >= (minutes - LEAST_MINUTES) * 60) {
    refuse(resume(`minutes=${Math.ceil(position.activeSeconds / 60 + minutes)}`));
  }
  if (patience > 0 && position.epochsWithoutImprovement >= patience) refuse(resume('patience=0'));
}

/** Too little time to be worth starting an engine for: a run on a time budget ends somewhat before it is used up. */
const LEAST_MINUTES = 0.05;
