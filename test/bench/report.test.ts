import { describe, expect, it } from 'vitest';
import type { Measured } from '../../bench/contender-process.ts';
import { type Measurements, missedTargets, printResult, taskResult } from '../../bench/report.ts';
import type { Contender, Task } from '../../bench/tasks.ts';

const contender = (name: string, { work = 12e9, target = null }: Partial<Contender> = {}): Contender => ({
  name,
  program: name.startsWith('Keras') ? 'Keras' : 'Folio',
  note: '',
  variants: [],
  work,
  target,
});
const measured = (...values: number[]): Measured => ({ variant: '', version: 'some version', peakBytes: 1e6, values });

function resultOf(measurements: readonly Measurements[]) {
  const contenders = measurements.map((one) => one.contender);
  const task: Task = {
    id: 'step-lstm',
    title: 'A step',
    unit: 'ms a step',
    better: 'lower',
    characters: 640,
    contenders,
  };
  return taskResult(task, measurements);
}
const folio: Measurements = { contender: contender('Folio'), variant: '', rounds: [measured(120, 100), measured(110)] };

describe('a task’s result', () => {
  it('has the operations a second of each contender’s best step', () => {
    const { contenders } = resultOf([folio, { ...folio, contender: contender('Keras'), rounds: [measured(240)] }]);
    expect(contenders.map(({ gflops }) => gflops)).toEqual([120, 50]);
  });

  it('compares contenders of the same work by their times', () => {
    const { contenders } = resultOf([
      folio,
      { ...folio, contender: contender('Keras'), rounds: [measured(240), measured(200, 220)] },
    ]);
    expect(contenders[0]?.folioIsFaster).toBeNull();
    expect(contenders[1]?.folioIsFaster?.ofBests).toBeCloseTo(2);
    expect(contenders[1]?.folioIsFaster?.low).toBeCloseTo(200 / 110);
    expect(contenders[1]?.folioIsFaster?.high).toBeCloseTo(2.4);
  });

  it('compares contenders of other work operation for operation', () => {
    // Three quarters of the work in three quarters of the time; then in less.
    const gru = contender("Folio's GRU", { work: 9e9, target: 0.98 });
    const even = resultOf([folio, { ...folio, contender: gru, rounds: [measured(75)] }]);
    expect(even.contenders[1]?.folioIsFaster?.ofBests).toBeCloseTo(1);
    expect(missedTargets([even])).toEqual([]);
    const behind = resultOf([folio, { ...folio, contender: gru, rounds: [measured(72)] }]);
    expect(missedTargets([behind])).toEqual(["A step: 0.96x Folio's GRU, below 0.98x"]);
  });

  it('is printed with characters and operations a second', () => {
    const text = printResult(resultOf([folio]));
    expect(text).toContain('GFLOP/s');
    expect(text).toMatch(/│ 6,400\s+│ 120\s+│/);
  });

  it('has no operations where none are counted', () => {
    const { contenders } = resultOf([{ ...folio, contender: contender('Folio', { work: null }) }]);
    expect(contenders[0]?.gflops).toBeNull();
  });
});
