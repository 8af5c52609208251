import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { allTasks, runtimeOf, type Task, TASK_IDS } from '../../bench/tasks.ts';
import { ENGINE_NAMES } from '../../src/shared/domain.ts';

const EFFORT = { steps: 5, warmup: 2, repeats: 3, characters: 1000 };
const idsOf = (tasks: readonly Task[]): string[] => tasks.map(({ id }) => id);
const targetsOf = (tasks: readonly Task[]): string[] =>
  tasks.flatMap(({ id, contenders }) =>
    contenders.flatMap(({ name, target }) => (target === null ? [] : [`${id}, ${name}: ${target.toFixed(2)}`])),
  );

describe('what is measured', () => {
  it('is everything, with the native engine', () => {
    expect(idsOf(allTasks(EFFORT, 'tensorflow'))).toEqual(TASK_IDS);
  });

  it('is no mixed precision with an engine that has none', () => {
    for (const engine of ['wasm', 'webgpu'] as const) {
      expect(idsOf(allTasks(EFFORT, engine))).toEqual(TASK_IDS.filter((id) => id !== 'step-mixed'));
    }
  });

  it('begins with Folio on the engine that was asked for, and runs scripts that are there', () => {
    for (const engine of ENGINE_NAMES) {
      for (const { contenders } of allTasks(EFFORT, engine)) {
        expect(contenders[0]?.name).toBe('Folio');
        for (const contender of contenders) {
          for (const { script, args } of contender.variants) {
            expect(existsSync(script), script).toBe(true);
            expect(args.includes(engine)).toBe(runtimeOf(contender) === 'node');
          }
        }
      }
    }
  });

  it('compares mixed precision with each peer’s own and with Keras in float32', () => {
    const [mixed] = allTasks(EFFORT, 'tensorflow').filter(({ id }) => id === 'step-mixed');
    const precisions = mixed?.contenders.map(({ name, variants }) => [name, variants[0]?.args[2]]);
    expect(precisions).toEqual([
      ['Folio', 'mixed'],
      ['Keras, mixed_bfloat16', 'mixed'],
      ['Keras in float32', 'float32'],
      ['PyTorch, autocast', 'mixed'],
    ]);
  });
});

describe('what is promised', () => {
  it('is promised of the native engine', () => {
    expect(targetsOf(allTasks(EFFORT, 'tensorflow'))).toEqual([
      'step, Keras: 2.10',
      'step, PyTorch: 1.90',
      'step-mixed, Keras in float32: 3.20',
      'step-mixed, PyTorch, autocast: 1.50',
      "step-lstm, Folio's GRU, per operation: 0.98",
      ...['step-lstm', 'step-quick', 'step-char-rnn', 'step-chinese'].flatMap((id) => [
        `${id}, Keras: 1.00`,
        `${id}, PyTorch: 1.00`,
      ]),
      'generate-1, Keras, one-step model: 5.50',
      'generate-1, PyTorch: 3.70',
      'generate-8, Keras, one-step model: 3.76',
    ]);
  });

  it('is promised of no other', () => {
    for (const engine of ['wasm', 'webgpu'] as const) expect(targetsOf(allTasks(EFFORT, engine))).toEqual([]);
  });
});
