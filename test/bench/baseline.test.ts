import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  compareWithBaseline,
  deviceOf,
  parseBaseline,
  ratiosOf,
  readBaseline,
  recordFor,
  withRecord,
} from '../../bench/baseline.ts';
import type { BaselineRecord } from '../../bench/baseline.ts';
import type { TaskResult } from '../../bench/report.ts';
import { allTasks, TASK_IDS } from '../../bench/tasks.ts';
import fc from '../property.ts';

const MACHINE = 'Some Processor, 2 cores';
const DEVICE = 'Some library, CPU with something, 2 threads';

/** A measured task in which Folio was so many times as fast as each peer. */
function measured(ratios: Readonly<Record<string, number>>, task: TaskResult['task'] = 'step'): TaskResult {
  const rest = {
    program: 'Folio',
    note: '',
    variant: '',
    version: `Folio on ${DEVICE}`,
    gflops: null,
    summary: { best: 1, median: 1, worst: 1, count: 1 },
    peakBytes: 1,
    peakOverEngineBytes: null,
    target: null,
    rounds: [],
  } as const;
  const peers = Object.entries(ratios).map(([contender, ofBests]) => ({
    ...rest,
    contender,
    folioIsFaster: { ofBests, low: ofBests, high: ofBests },
  }));
  return {
    task,
    title: task,
    unit: 'ms a step',
    characters: 6400,
    contenders: [{ ...rest, contender: 'Folio', folioIsFaster: null }, ...peers],
  };
}

const recordOf = (
  ratios: Readonly<Record<string, number>>,
  { machine = MACHINE, device = DEVICE } = {},
): BaselineRecord => ({
  engine: 'tensorflow',
  machine,
  device,
  date: '2026-01-31',
  rounds: 5,
  ratios: ratiosOf([measured(ratios)]),
});
const here = { engine: 'tensorflow', machine: MACHINE } as const;

describe('the guard of the ratios', () => {
  it('fails for a ratio that lost more than 10 %, and only for that', () => {
    const baseline = [recordOf({ Keras: 2, PyTorch: 2, Third: 2 })];
    const { losses, notes, lines } = compareWithBaseline(
      [measured({ Keras: 1.79, PyTorch: 1.81, Third: 9 })],
      baseline,
      here,
    );
    expect(losses).toEqual(['step, Keras: 1.79x, 2.00x in the baseline (−10.5 %)']);
    expect(notes).toEqual([]);
    expect(lines).toHaveLength(3);
  });

  it('tolerates exactly 10 %, and never a gain less', () => {
    const lossesAt = (was: number, is: number): number =>
      compareWithBaseline([measured({ Keras: is })], [recordOf({ Keras: was })], here).losses.length;
    const ratio = fc.double({ min: 1, max: 100, noNaN: true });
    fc.assert(
      fc.property(ratio, fc.double({ min: 0, max: 5, noNaN: true }), (was, more) => {
        expect(lossesAt(was, was * (1 + more))).toBe(0);
        expect(lossesAt(was, was * 0.89)).toBe(1);
      }),
    );
    expect(compareWithBaseline([measured({ Keras: 1.8 })], [recordOf({ Keras: 2 })], here).losses).toEqual([]);
  });

  it('no ratio is lost that some round still had: that is told', () => {
    const result = measured({ Keras: 1.7 });
    const steady = compareWithBaseline([result], [recordOf({ Keras: 2 })], here);
    expect(steady.losses).toHaveLength(1);
    const withHigh = (high: number) => ({
      ...result,
      contenders: result.contenders.map((one) =>
        one.folioIsFaster === null ? one : { ...one, folioIsFaster: { ...one.folioIsFaster, high } },
      ),
    });
    const { losses, notes } = compareWithBaseline([withHigh(1.81)], [recordOf({ Keras: 2 })], here);
    expect(losses).toEqual([]);
    expect(notes).toEqual([
      'step, Keras: 1.70x, 2.00x in the baseline (−15.0 %), but 1.81x in a round: measure it again, in more rounds',
    ]);
    expect(compareWithBaseline([withHigh(1.79)], [recordOf({ Keras: 2 })], here).losses).toHaveLength(1);
  });

  it('says when the baseline is of another processor', () => {
    const { losses, notes } = compareWithBaseline(
      [measured({ Keras: 1 })],
      [recordOf({ Keras: 2 }, { machine: 'Other, 8 cores' })],
      here,
    );
    expect(losses).toHaveLength(1);
    expect(notes).toEqual([
      'the baseline is of Other, 8 cores (2026-01-31), this is Some Processor, 2 cores: ratios are compared across processors',
    ]);
  });

  it('says when processors of one name differ in what Folio computes on', () => {
    const { losses, notes } = compareWithBaseline(
      [measured({ Keras: 2 })],
      [recordOf({ Keras: 2 }, { device: 'Some library, CPU with something, 1 threads' })],
      here,
    );
    expect(losses).toEqual([]);
    expect(notes).toEqual([
      'the baseline is of Some library, CPU with something, 1 threads (2026-01-31), ' +
        'this is Some library, CPU with something, 2 threads: ratios are compared across devices',
    ]);
    expect(deviceOf([measured({ Keras: 2 }), measured({ Keras: 3 })])).toBe(DEVICE);
  });

  it('says what could not be compared', () => {
    const { notes } = compareWithBaseline([measured({ Keras: 2, New: 1 })], [recordOf({ Keras: 2, Old: 3 })], here);
    expect(notes).toEqual(['not measured now: step, Old', 'not in the baseline: step, New']);
  });

  it('refuses to compare with nothing', () => {
    const result = [measured({ Keras: 2 })];
    expect(() => compareWithBaseline(result, [], here)).toThrow('--engine tensorflow --save-baseline');
    expect(() => compareWithBaseline(result, [recordOf({ Keras: 2 })], { ...here, engine: 'wasm' })).toThrow(
      RangeError,
    );
    expect(() => compareWithBaseline(result, [recordOf({ Other: 2 })], here)).toThrow('none of the measured ratios');
  });
});

describe('the baseline’s file', () => {
  it('is read as it was written, and keeps the other engines', () => {
    const [native, other] = [recordOf({ Keras: 2 }), { ...recordOf({ Keras: 0.3 }), engine: 'wasm' as const }];
    const both = parseBaseline(withRecord([native], other));
    expect(both).toEqual([native, other]);
    const newer = { ...native, date: '2026-02-28' };
    expect(parseBaseline(withRecord(both, newer))).toEqual([newer, other]);
  });

  it('is missing, damaged or good', () => {
    const folder = mkdtempSync(join(tmpdir(), 'folio-baseline-'));
    const file = join(folder, 'baseline.json');
    try {
      expect(readBaseline(file)).toEqual([]);
      writeFileSync(file, '[{"engine":"tensorflow"}]');
      expect(() => readBaseline(file)).toThrow(file);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is committed, with the native engine’s ratio to every contender of every task', () => {
    const { ratios } = recordFor(readBaseline(), 'tensorflow');
    const effort = { steps: 1, warmup: 1, repeats: 1, characters: 1 };
    const wanted = allTasks(effort, 'tensorflow').flatMap(({ id, contenders }) =>
      contenders.slice(1).map(({ name }) => `${id}, ${name}`),
    );
    expect(ratios.map(({ task, contender }) => `${task}, ${contender}`)).toEqual(wanted);
    expect(new Set(ratios.map(({ task }) => task))).toEqual(new Set(TASK_IDS));
  });
});
