/** What is measured, and on whom. */
import { join } from 'node:path';
import type { Better } from './statistics.ts';
import { describeWorkload, type WorkloadName, WORKLOADS } from './workloads.ts';

export type Runtime = 'node' | 'python';

/** One way to run a contender: a script and its arguments. */
export interface Variant {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
}

export interface Contender {
  readonly name: string;
  readonly runtime: Runtime;
  /** The first rounds run all of them; the fastest stays. */
  readonly variants: readonly Variant[];
  /** How many times as fast as this contender Folio has to be; null when nothing is promised. */
  readonly target: number | null;
}

export const TASK_IDS = [
  'step',
  'step-mixed',
  'step-lstm',
  'step-quick',
  'step-char-rnn',
  'step-chinese',
  'generate-1',
  'generate-8',
] as const;
export type TaskId = (typeof TASK_IDS)[number];

export interface Task {
  readonly id: TaskId;
  readonly title: string;
  readonly unit: 'ms a step' | 'characters/s';
  readonly better: Better;
  /** Folio comes first. */
  readonly contenders: readonly Contender[];
}

export interface Effort {
  /** Timed steps a process, and those before that are not timed. */
  readonly steps: number;
  readonly warmup: number;
  /** Texts a process, their length, and the length of the one before that is not timed. */
  readonly repeats: number;
  readonly characters: number;
}

/** Characters in a step of the tutorial preset: 64 sequences of 100. */
export const CHARACTERS_A_STEP = 6400;

const folio = (script: string): string => join(import.meta.dirname, 'folio', script);
const peer = (script: string): string => join(import.meta.dirname, 'peers', script);

export function allTasks(effort: Effort, engine: string): readonly Task[] {
  return [
    step('step', effort, engine, 'float32', 'tutorial'),
    step('step-mixed', effort, engine, 'mixed', 'tutorial'),
    step('step-lstm', effort, engine, 'float32', 'lstm'),
    step('step-quick', effort, engine, 'float32', 'quick'),
    step('step-char-rnn', effort, engine, 'float32', 'char-rnn'),
    step('step-chinese', effort, engine, 'float32', 'chinese'),
    generation(effort, engine, 1),
    generation(effort, engine, 8),
  ];
}

function step(
  id: TaskId,
  { steps, warmup }: Effort,
  engine: string,
  precision: 'float32' | 'mixed',
  name: WorkloadName,
): Task {
  const workload = WORKLOADS[name];
  const counts = [String(steps), String(warmup), precision];
  const mixed = precision === 'mixed';
  const promised = id === 'step';
  // Every other network is to be faster than either peer, too.
  const faster = mixed ? null : 1;
  const variants = (script: string, names: readonly string[]): Variant[] =>
    names.map((name) => ({ name, script: peer(script), args: [...counts, name, JSON.stringify(workload)] }));
  // Compiling the whole step takes minutes; it never won for the tutorial, so the other networks do without.
  const ofKeras = mixed || !promised ? ['train_on_batch', 'fit'] : ['train_on_batch', 'fit', 'jit', 'unroll'];
  return {
    id,
    title: `Training step, ${name} (${describeWorkload(workload)}), ${mixed ? 'bfloat16 products' : 'float32'}`,
    unit: 'ms a step',
    better: 'lower',
    contenders: [
      {
        name: 'Folio',
        runtime: 'node',
        variants: [{ name: precision, script: folio('step.ts'), args: [...counts, engine, name] }],
        target: null,
      },
      {
        name: mixed ? 'Keras, mixed_bfloat16' : 'Keras',
        runtime: 'python',
        variants: variants('keras_step.py', ofKeras),
        target: promised ? 2.1 : faster,
      },
      {
        name: mixed ? 'PyTorch, autocast' : 'PyTorch',
        runtime: 'python',
        variants: variants('torch_step.py', ['batch_first', 'time_major']),
        target: promised ? 1.9 : mixed ? 1.5 : faster,
      },
    ],
  };
}

function generation({ repeats, characters }: Effort, engine: string, streams: 1 | 8): Task {
  const counts = [repeats, characters, Math.ceil(characters / 10), streams].map(String);
  const variants = (script: string, names: readonly string[]): Variant[] =>
    names.map((name) => ({ name, script: peer(script), args: [...counts, name] }));
  return {
    id: streams === 1 ? 'generate-1' : 'generate-8',
    title: `Generation, GRU 1024, temperature 1, ${streams === 1 ? 'one stream' : `${streams} streams together`}`,
    unit: 'characters/s',
    better: 'higher',
    contenders: [
      {
        name: 'Folio',
        runtime: 'node',
        variants: [{ name: 'TextWriter', script: folio('generate.ts'), args: [...counts, engine] }],
        target: null,
      },
      {
        name: 'Keras, one-step model',
        runtime: 'python',
        variants: variants('keras_generate.py', ['step', 'cell']),
        target: streams === 1 ? 5.5 : null,
      },
      {
        // Not how the tutorial (or anyone who wants to see the text grow) generates; here for completeness.
        name: 'Keras, loop compiled',
        runtime: 'python',
        variants: variants('keras_generate.py', ['loop']),
        target: null,
      },
      {
        name: 'PyTorch',
        runtime: 'python',
        variants: variants('torch_generate.py', ['gru', 'cell']),
        target: streams === 1 ? 3.7 : null,
      },
    ],
  };
}
