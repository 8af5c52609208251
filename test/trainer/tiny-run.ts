/** Real training runs of a network small enough to be trained in milliseconds. */
import { expect, vi } from 'vitest';
import type { TensorOps } from '../../src/main/engine/tensor-ops.ts';
import { createNetwork, type Network } from '../../src/main/model/network.ts';
import { Random } from '../../src/main/model/random.ts';
import { decodeSafetensors } from '../../src/main/model/safetensors.ts';
import { type CharacterIds, Vocabulary } from '../../src/main/model/vocabulary.ts';
import { networkShapeOf } from '../../src/main/model/weights.ts';
import { Control } from '../../src/main/trainer/control.ts';
import { Handover } from '../../src/main/trainer/handover.ts';
import type { CheckpointMessage, FromTrainer, StepMessage } from '../../src/main/trainer/messages.ts';
import { train } from '../../src/main/trainer/train.ts';
import type { TrainingInput } from '../../src/main/trainer/train.ts';
import type { RunConfig } from '../../src/shared/config.ts';
import type { EpochRecord } from '../../src/shared/domain.ts';
import { PRESETS } from '../../src/shared/presets.ts';

const CHARACTERS = 'abcdefgh \n';
const random = new Random(5);
/** Words of two letters, each likely to be followed by the next in the alphabet: there is something to learn. */
export const TEXT = Array.from({ length: 260 }, (_, i) => CHARACTERS[(i + random.below(3)) % CHARACTERS.length]).join(
  '',
);
export const vocabulary = Vocabulary.fromText(CHARACTERS);
export const ids: CharacterIds = Uint8Array.from(vocabulary.encode(TEXT, { unknown: 'refuse' }).ids);

export function tinyConfig(changes: Partial<RunConfig> = {}): RunConfig {
  return {
    ...PRESETS.tutorial.config,
    embeddingSize: 4,
    units: 6,
    sequenceLength: 6,
    batchSize: 4,
    epochs: 3,
    learningRate: 1e-2,
    validationFraction: 0.1,
    sampleLength: 8,
    prompts: ['ab'],
    temperatures: [1],
    seed: 3,
    ...changes,
  };
}

export interface Recorded {
  readonly messages: readonly FromTrainer[];
  readonly steps: readonly StepMessage[];
  readonly checkpoints: readonly CheckpointMessage[];
  readonly records: readonly EpochRecord[];
  readonly phases: readonly string[];
  readonly ended: Extract<FromTrainer, { type: 'ended' }> | undefined;
}

export interface RunOptions {
  readonly resume?: CheckpointMessage;
  /** Called with each message before the trainer goes on. */
  readonly on?: (message: FromTrainer, control: Control) => void | Promise<void>;
  readonly secondsSpent?: number;
}

/** Trains on the text above and keeps every message, copied as a process boundary would. */
export async function runTiny(ops: TensorOps, config: RunConfig, options: RunOptions = {}): Promise<Recorded> {
  const messages: FromTrainer[] = [];
  const control = new Control();
  const { resume = null, on, secondsSpent = 0 } = options;
  const input = { ops, config, vocabulary, ids, resume: resumeOf(resume), reason: null, secondsSpent };
  await train(input, control, async (message) => {
    messages.push(structuredClone(message));
    await on?.(message, control);
  });
  return recorded(messages);
}

function resumeOf(checkpoint: CheckpointMessage | null): TrainingInput['resume'] {
  if (checkpoint === null) return null;
  const { position, weights, optimizer, kind } = structuredClone(checkpoint);
  return new Handover({ position, weights, optimizer, recorded: kind === 'epoch' });
}

function recorded(messages: readonly FromTrainer[]): Recorded {
  const checkpoints = messages.filter((message) => message.type === 'checkpoint');
  return {
    messages,
    steps: messages.filter((message) => message.type === 'step'),
    checkpoints,
    records: checkpoints.flatMap(({ epoch }) => (epoch === null ? [] : [epoch])),
    phases: messages.flatMap((message) => (message.type === 'phase' ? [message.phase] : [])),
    ended: messages.findLast((message) => message.type === 'ended'),
  };
}

/** The network of a checkpoint. The caller closes it. */
export function networkOf(ops: TensorOps, config: RunConfig, checkpoint: CheckpointMessage): Network {
  const network = createNetwork(ops, networkShapeOf(config, vocabulary.size), { precision: 'float32', dropout: 0 });
  network.load(decodeSafetensors(checkpoint.weights).arrays);
  return network;
}

export function last<T>(list: readonly T[]): T {
  const element = list.at(-1);
  if (element === undefined) throw new Error('an empty list has no last element');
  return element;
}

/** The n-th of a list, from 0. */
export function nth<T>(list: readonly T[], n: number): T {
  const element = list[n];
  if (element === undefined) throw new Error(`${list.length} elements, none with the number ${n}`);
  return element;
}

/** Of tinyConfig: 234 characters to train on, 33 pieces of 7, 8 batches of 4. */
export const STEPS_PER_EPOCH = 8;

/** A clock that moves by so many seconds each time it is looked at: a step then takes exactly one tick. */
export function fakeClock(tick: number): void {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (now += tick * 1000));
}

/** No weight of a checkpoint is NaN or infinite. */
export function expectFinite({ weights }: CheckpointMessage): void {
  for (const [name, { data }] of decodeSafetensors(weights).arrays) {
    expect(
      data.every((value) => Number.isFinite(value)),
      name,
    ).toBe(true);
  }
}
