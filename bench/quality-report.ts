/** What a training of so many minutes has to reach, and two curves of loss against time in words. */
import Table from 'cli-table3';
import type { LineChart } from './line-chart.ts';

/** A validation loss, and when it was known: seconds since the training's clock began. */
export interface Measurement {
  readonly seconds: number;
  /** Nats a character. */
  readonly loss: number;
}

export interface QualityCurve {
  readonly name: string;
  /** Ascending in time, at least one. */
  readonly measurements: readonly Measurement[];
}

export type QualityPrecision = 'float32' | 'mixed';

/** Validation losses on Shakespeare, last tenth held out, on two cores with AVX-512 (the machine of the design's figures). */
const PROMISED: readonly {
  readonly minutes: number;
  readonly precision: QualityPrecision;
  /** At most so much is promised. */
  readonly loss: number;
}[] = [
  { minutes: 3, precision: 'mixed', loss: 1.45 },
  { minutes: 3, precision: 'float32', loss: 1.48 },
  { minutes: 30, precision: 'mixed', loss: 1.4 },
  { minutes: 30, precision: 'float32', loss: 1.42 },
];

/** The promised loss for exactly these minutes; null when nothing was promised for them. */
export function promisedLoss(minutes: number, precision: QualityPrecision): number | null {
  return PROMISED.find((one) => one.minutes === minutes && one.precision === precision)?.loss ?? null;
}

/** Whether it is above what was promised; false where nothing was. What is no number is no loss that was reached. */
export function isMissed(minutes: number, precision: QualityPrecision, loss: number): boolean {
  const promised = promisedLoss(minutes, precision);
  return promised !== null && !(loss <= promised);
}

/** One sentence on a loss. */
export function verdict(minutes: number, precision: QualityPrecision, loss: number): string {
  const promised = promisedLoss(minutes, precision);
  const what = `validation loss ${loss.toFixed(4)} after ${minutes} min in ${precision}`;
  if (promised === null) {
    const known = [...new Set(PROMISED.map((one) => one.minutes))].join(' and ');
    return `${what}; targets are set for ${known} minutes only`;
  }
  return isMissed(minutes, precision, loss)
    ? `${what}: the target of at most ${promised} is MISSED by ${(loss - promised).toFixed(4)}`
    : `${what}: the target of at most ${promised} is reached`;
}

/** The curve's last value that was known at a time; null before its first. */
export function lossAt({ measurements }: QualityCurve, seconds: number): number | null {
  return measurements.findLast((one) => one.seconds <= seconds)?.loss ?? null;
}

/** The curves at equal distances of time, the last value known at each. @param rows how many times, the last one the budget's end */
export function lossTable(curves: readonly QualityCurve[], minutes: number, rows = 10): string {
  const table = new Table({
    head: ['seconds', ...curves.map(({ name }) => name)],
    style: { head: [], border: [] },
    colAligns: ['right', ...curves.map(() => 'right' as const)],
  });
  for (let row = 1; row <= rows; row++) {
    const seconds = (minutes * 60 * row) / rows;
    // What belongs to the last step may be known a little after the minutes.
    const until = row === rows ? Infinity : seconds;
    table.push([seconds.toFixed(0), ...curves.map((curve) => lossAt(curve, until)?.toFixed(3) ?? '')]);
  }
  return table.toString();
}

/** One line a measurement. */
export function lossCsv(curves: readonly QualityCurve[]): string {
  const lines = curves.flatMap(({ name, measurements }) =>
    measurements.map(({ seconds, loss }) => [JSON.stringify(name), seconds.toFixed(2), loss.toFixed(5)].join(',')),
  );
  return `${['program,seconds,validation loss', ...lines].join('\n')}\n`;
}

export function lossChart(curves: readonly QualityCurve[], minutes: number, precision: QualityPrecision): LineChart {
  const promised = promisedLoss(minutes, precision);
  const end = Math.max(...curves.flatMap(({ measurements }) => measurements.map(({ seconds }) => seconds)));
  const goal =
    promised === null
      ? []
      : [{ name: `target ${promised}`, dashed: true, points: [0, end].map((x) => ({ x, y: promised })) }];
  return {
    title: `Shakespeare, ${minutes} minutes: loss of the held-out tenth (Folio in ${precision})`,
    columns: 1,
    panels: [
      {
        title: '',
        x: { label: 'seconds of training', logarithmic: false },
        y: { label: 'validation loss, nats a character', logarithmic: true },
        legend: 'above',
        curves: [
          ...curves.map(({ name, measurements }) => ({
            name,
            points: measurements.map(({ seconds, loss }) => ({ x: seconds, y: loss })),
          })),
          ...goal,
        ],
      },
    ],
  };
}
