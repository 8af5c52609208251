/** What is measured, and on whom. */
import { join } from 'node:path';
import type { EngineName } from '../src/shared/domain.ts';
import type { Better } from './statistics.ts';
import { workOf } from './work.ts';
import { describeWorkload, type Workload, type WorkloadName, WORKLOADS } from './workloads.ts';

export type Runtime = 'node' | 'python';
/** Each has a column of its own in the README's table. */
export type Program = 'Folio' | 'Keras' | 'PyTorch';

/** One way to run a contender: a script and its arguments. */
export interface Variant {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
}

export interface Contender {
  readonly name: string;
  readonly program: Program;
  /** What a second contender of the same program is, in the README's table; empty for the first. */
  readonly note: string;
  /** The first rounds run all of them; the fastest stays. */
  readonly variants: readonly Variant[];
  /**
   * Floating-point operations of the products that its step needs; null for generation. Where they are not those of Folio's step, the
   * ratio is of operations a second.
   */
  readonly work: number | null;
  /** How many times as fast as this contender Folio has to be; null when nothing is promised. */
  readonly target: number | null;
}

export const runtimeOf = ({ program }: Contender): Runtime => (program === 'Folio' ? 'node' : 'python');

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
  /** Characters of a step; null for generation. */
  readonly characters: number | null;
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

/**
 * The least that is promised, of the native engine only: a step of the tutorial against each peer; in mixed precision against Keras in
 * float32 and PyTorch's own; every other network faster than both; an LSTM's operations a second against a GRU's; one stream of text, and
 * eight (12,000 characters a second where Keras made 3,190).
 */
const PROMISED = {
  step: { Keras: 2.1, PyTorch: 1.9 },
  mixed: { 'Keras in float32': 3.2, PyTorch: 1.5 },
  others: 1,
  lstmToGru: 0.98,
  generate1: { Keras: 5.5, PyTorch: 3.7 },
  generate8: { Keras: 12_000 / 3_190 },
} as const;

/** Engines whose products can be of bfloat16 (TensorOps.hasLowPrecision). */
const HAVE_MIXED: readonly EngineName[] = ['tensorflow'];
/** The engine that was promised something beside the peers; wasm's promises are in folio/wasm.ts. */
const PROMISING: EngineName = 'tensorflow';

const folio = (script: string): string => join(import.meta.dirname, 'folio', script);
const peer = (script: string): string => join(import.meta.dirname, 'peers', script);

/** All tasks that an engine can do. */
export function allTasks(effort: Effort, engine: EngineName): readonly Task[] {
  const tasks = [
    step('step', effort, engine, 'tutorial'),
    ...(HAVE_MIXED.includes(engine) ? [mixedStep(effort, engine)] : []),
    step('step-lstm', effort, engine, 'lstm'),
    step('step-quick', effort, engine, 'quick'),
    step('step-char-rnn', effort, engine, 'char-rnn'),
    step('step-chinese', effort, engine, 'chinese'),
    generation(effort, engine, 1),
    generation(effort, engine, 8),
  ];
  return engine === PROMISING ? tasks : tasks.map(withoutTargets);
}

function withoutTargets(task: Task): Task {
  return { ...task, contenders: task.contenders.map((contender) => ({ ...contender, target: null })) };
}

type Precision = 'float32' | 'mixed';

/** Contenders of a training step. */
function steppers({ steps, warmup }: Effort, engine: EngineName) {
  const counts = (precision: Precision): string[] => [String(steps), String(warmup), precision];
  return {
    folio: (precision: Precision, workload: WorkloadName): Variant[] => [
      { name: precision, script: folio('step.ts'), args: [...counts(precision), engine, workload] },
    ],
    peer: (script: string, precision: Precision, workload: WorkloadName, names: readonly string[]): Variant[] =>
      names.map((name) => ({
        name,
        script: peer(script),
        args: [...counts(precision), name, JSON.stringify(WORKLOADS[workload])],
      })),
  };
}

const KERAS = ['train_on_batch', 'fit'];
/** For the tutorial these two brought a few per cent at best, so the other networks do without. */
const KERAS_TUTORIAL = [...KERAS, 'jit', 'unroll'];
const TORCH = ['batch_first', 'time_major'];

function workloadWork({ vocabularySize, ...sizes }: Workload): number {
  return workOf({ ...sizes, vocabulary: vocabularySize });
}

function stepTask(id: TaskId, name: WorkloadName, products: string, contenders: readonly Contender[]): Task {
  const workload = WORKLOADS[name];
  return {
    id,
    title: `Training step, ${name} (${describeWorkload(workload)}), ${products}`,
    unit: 'ms a step',
    better: 'lower',
    characters: workload.batchSize * workload.sequenceLength,
    contenders,
  };
}

function step(id: TaskId, effort: Effort, engine: EngineName, name: WorkloadName): Task {
  const make = steppers(effort, engine);
  const work = workloadWork(WORKLOADS[name]);
  const isTutorial = name === 'tutorial';
  // In the same rounds, so that both meet the same moments of the machine.
  const gru: Contender = {
    name: "Folio's GRU, per operation",
    program: 'Folio',
    note: 'the GRU',
    variants: make.folio('float32', 'tutorial'),
    work: workloadWork(WORKLOADS.tutorial),
    target: PROMISED.lstmToGru,
  };
  return stepTask(id, name, 'float32', [
    { name: 'Folio', program: 'Folio', note: '', variants: make.folio('float32', name), work, target: null },
    ...(name === 'lstm' ? [gru] : []),
    {
      name: 'Keras',
      program: 'Keras',
      note: '',
      variants: make.peer('keras_step.py', 'float32', name, isTutorial ? KERAS_TUTORIAL : KERAS),
      work,
      target: isTutorial ? PROMISED.step.Keras : PROMISED.others,
    },
    {
      name: 'PyTorch',
      program: 'PyTorch',
      note: '',
      variants: make.peer('torch_step.py', 'float32', name, TORCH),
      work,
      target: isTutorial ? PROMISED.step.PyTorch : PROMISED.others,
    },
  ]);
}

function mixedStep(effort: Effort, engine: EngineName): Task {
  const name = 'tutorial';
  const make = steppers(effort, engine);
  const work = workloadWork(WORKLOADS[name]);
  return stepTask('step-mixed', name, 'bfloat16 products', [
    { name: 'Folio', program: 'Folio', note: '', variants: make.folio('mixed', name), work, target: null },
    {
      name: 'Keras, mixed_bfloat16',
      program: 'Keras',
      note: '',
      variants: make.peer('keras_step.py', 'mixed', name, KERAS),
      work,
      target: null,
    },
    {
      name: 'Keras in float32',
      program: 'Keras',
      note: 'in float32',
      variants: make.peer('keras_step.py', 'float32', name, KERAS),
      work,
      target: PROMISED.mixed['Keras in float32'],
    },
    {
      name: 'PyTorch, autocast',
      program: 'PyTorch',
      note: '',
      variants: make.peer('torch_step.py', 'mixed', name, TORCH),
      work,
      target: PROMISED.mixed.PyTorch,
    },
  ]);
}

function generation({ repeats, characters }: Effort, engine: EngineName, streams: 1 | 8): Task {
  const counts = [repeats, characters, Math.ceil(characters / 10), streams].map(String);
  const variants = (script: string, names: readonly string[]): Variant[] =>
    names.map((name) => ({ name, script: peer(script), args: [...counts, name] }));
  const one = streams === 1;
  return {
    id: one ? 'generate-1' : 'generate-8',
    title: `Generation, GRU 1024, temperature 1, ${one ? 'one stream' : `${streams} streams together`}`,
    unit: 'characters/s',
    better: 'higher',
    characters: null,
    contenders: [
      {
        name: 'Folio',
        program: 'Folio',
        note: '',
        variants: [{ name: 'TextWriter', script: folio('generate.ts'), args: [...counts, engine] }],
        work: null,
        target: null,
      },
      {
        name: 'Keras, one-step model',
        program: 'Keras',
        note: '',
        variants: variants('keras_generate.py', ['step', 'cell']),
        work: null,
        target: one ? PROMISED.generate1.Keras : PROMISED.generate8.Keras,
      },
      {
        // Not how the tutorial (or anyone who wants to see the text grow) generates; here for completeness.
        name: 'Keras, loop compiled',
        program: 'Keras',
        note: 'loop compiled',
        variants: variants('keras_generate.py', ['loop']),
        work: null,
        target: null,
      },
      {
        name: 'PyTorch',
        program: 'PyTorch',
        note: '',
        variants: variants('torch_generate.py', ['gru', 'cell']),
        work: null,
        target: one ? PROMISED.generate1.PyTorch : null,
      },
    ],
  };
}
