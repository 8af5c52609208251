import { join } from 'node:path';
import { check, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { markdownTable } from '../../bench/markdown.ts';
import { readmeTable } from '../../bench/readme-table.ts';
import type { ContenderResult, TaskResult } from '../../bench/report.ts';

const result = (contender: Partial<ContenderResult>, best: number, ratio: readonly number[] = []): ContenderResult => {
  const [ofBests = 0, low = 0, high = 0] = ratio;
  return {
    contender: '',
    program: 'Folio',
    note: '',
    variant: '',
    version: '',
    summary: { best, median: best, worst: best, count: 1 },
    gflops: null,
    peakBytes: 1,
    peakOverEngineBytes: null,
    folioIsFaster: ratio.length === 0 ? null : { ofBests, low, high },
    target: null,
    rounds: [],
    ...contender,
  };
};
const task = (id: TaskResult['task'], contenders: readonly ContenderResult[]): TaskResult => ({
  task: id,
  title: id,
  unit: 'ms a step',
  characters: 6400,
  contenders,
});

const RESULTS = [
  task('step-lstm', [
    result({ gflops: 377.2 }, 434.6),
    result({ note: 'the GRU', gflops: 396.4 }, 312, [0.952, 0.94, 0.96]),
    result({ program: 'Keras', version: 'Keras 3.15.1, TensorFlow 2.21.0' }, 991, [2.281, 2.27, 3.92]),
    result({ program: 'PyTorch', version: 'PyTorch 2.15.0+cpu' }, 594, [1.371, 1.36, 1.46]),
  ]),
  task('generate-1', [
    result({}, 15_344),
    result({ program: 'Keras' }, 2046, [7.5, 7.4, 7.6]),
    result({ program: 'Keras', note: 'loop compiled' }, 4630, [3.314, 3.3, 3.4]),
    result({ program: 'PyTorch' }, 3305, [4.643, 4.6, 6.1]),
  ]),
];

describe('the README’s table', () => {
  it('has a row for each task, and in it what each program took and how many times as fast Folio is', () => {
    const cells = readmeTable(RESULTS)
      .split('\n')
      .map((row) =>
        row
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim()),
      );
    expect(cells).toEqual([
      ['', 'Folio', 'Keras 3.15', 'PyTorch 2.15'],
      [expect.stringMatching(/^-+$/), expect.anything(), expect.anything(), expect.anything()],
      [
        "tutorial's with an LSTM, float32, ms",
        '435 (377 GFLOP/s); the GRU 396 GFLOP/s',
        '991 (2.28x; 2.27 to 3.92)',
        '594 (1.37x; 1.36 to 1.46)',
      ],
      [
        'generation, one stream, characters a second',
        '15,344',
        '2,046 (7.50x; 7.40 to 7.60); loop compiled 4,630 (3.31x; 3.30 to 3.40)',
        '3,305 (4.64x; 4.60 to 6.10)',
      ],
    ]);
  });

  it('can be pasted: Prettier leaves it as it is', async () => {
    const options = await resolveConfig(join(import.meta.dirname, '../../README.md'));
    expect(await check(`${readmeTable(RESULTS)}\n`, { ...options, parser: 'markdown' })).toBe(true);
    const narrow = markdownTable([
      ['a', ''],
      ['b', '1'],
    ]);
    expect(await check(`${narrow}\n`, { ...options, parser: 'markdown' })).toBe(true);
  });
});
