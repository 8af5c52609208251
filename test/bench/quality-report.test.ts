import { describe, expect, it } from 'vitest';
import { isMissed, lossAt, lossChart, lossCsv, lossTable, promisedLoss, verdict } from '../../bench/quality-report.ts';
import { drawLines } from '../../bench/line-chart.ts';

const folio = {
  name: 'Folio',
  measurements: [
    { seconds: 60, loss: 1.8 },
    { seconds: 170, loss: 1.44 },
    { seconds: 181, loss: 1.43 },
  ],
};

describe('the verdict on a loss', () => {
  it('knows the targets of 3 and 30 minutes in either precision', () => {
    expect([3, 30].map((minutes) => promisedLoss(minutes, 'mixed'))).toEqual([1.45, 1.4]);
    expect([3, 30].map((minutes) => promisedLoss(minutes, 'float32'))).toEqual([1.48, 1.42]);
  });

  it('says reached, missed, or that nothing is promised', () => {
    expect(verdict(3, 'mixed', 1.45)).toContain('is reached');
    expect(verdict(3, 'mixed', 1.4523)).toContain('is MISSED by 0.0023');
    expect(verdict(3, 'float32', 1.46)).toContain('is reached');
    expect(verdict(5, 'mixed', 1.2)).toContain('targets are set for 3 and 30 minutes only');
  });

  it('is missed above the target, by what is no number, and never where nothing is promised', () => {
    expect([1.45, 1.4501, NaN].map((loss) => isMissed(3, 'mixed', loss))).toEqual([false, true, true]);
    expect(isMissed(5, 'mixed', 9)).toBe(false);
  });
});

describe('curves of loss against time', () => {
  it('show the last value known at each time, and what came after the minutes in the last row', () => {
    expect([59, 60, 179].map((seconds) => lossAt(folio, seconds))).toEqual([null, 1.8, 1.44]);
    const rows = lossTable([folio], 3, 3)
      .split('\n')
      .filter((line) => /\d/.test(line));
    expect(rows.map((row) => row.replaceAll(/[│\s]+/g, ' ').trim())).toEqual(['60 1.800', '120 1.800', '180 1.430']);
  });

  it('are kept as lines of a file and as a picture with the target', () => {
    expect(lossCsv([folio]).trim().split('\n').slice(0, 2)).toEqual([
      'program,seconds,validation loss',
      '"Folio",60.00,1.80000',
    ]);
    const svg = drawLines(lossChart([folio], 3, 'mixed'));
    expect(svg).toContain('target 1.45');
    expect(drawLines(lossChart([folio], 5, 'mixed'))).not.toContain('target');
  });
});
