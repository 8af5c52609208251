import { describe, expect, it } from 'vitest';
import { taskResult, missedTargets, printResult } from '../../bench/report.ts';
import { median, ratio, summarize } from '../../bench/statistics.ts';
import { allTasks, type Task } from '../../bench/tasks.ts';

describe('the benchmark’s statistics', () => {
  it('know best, median and worst in either direction', () => {
    expect(summarize([[3, 1], [2]], 'lower')).toEqual({ best: 1, median: 2, worst: 3, count: 3 });
    expect(
      summarize(
        [
          [30, 10],
          [20, 40],
        ],
        'higher',
      ),
    ).toEqual({ best: 40, median: 25, worst: 10, count: 4 });
    expect(() => median([])).toThrow(RangeError);
  });

  it('compare best with best, and round with round', () => {
    const times = ratio([[500, 510], [600]], [[1000], [900, 1200]], 'lower');
    expect(times.ofBests).toBe(900 / 500);
    expect([times.low, times.high]).toEqual([900 / 600, 1000 / 500]);
    const speeds = ratio([[3000], [2000]], [[1000], [1000]], 'higher');
    expect(speeds).toEqual({ ofBests: 3, low: 2, high: 3 });
  });
});

describe('the benchmark’s report', () => {
  const [step] = allTasks({ steps: 1, warmup: 0, repeats: 1, characters: 10 }, 'tensorflow') as [Task, ...Task[]];
  const measured = (values: number[]) => ({ variant: '', version: 'v', values, peakBytes: 3e9, engineBytes: 1e9 });
  const result = (peerTime: number) =>
    taskResult(
      step,
      step.contenders.slice(0, 2).map((contender, index) => ({
        contender,
        variant: 'one',
        rounds: [measured([index === 0 ? 1000 : peerTime])],
      })),
    );

  it('names a target that was missed, and only that', () => {
    expect(missedTargets([result(2100)])).toEqual([]);
    expect(missedTargets([result(2090)])).toEqual([`${step.title}: 2.09x Keras, below 2.10x`]);
  });

  it('shows times, characters a second, memory and ratios', () => {
    const text = printResult(result(2000));
    for (const part of ['1,000', '6,400', '3,000', '2,000', '2.00x (of 2.10x)']) expect(text).toContain(part);
  });
});
