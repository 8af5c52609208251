/** A run's logged steps, as charts and tables need them. Long runs are read in slices, so that nothing else waits for them. */
import { setImmediate as otherWork } from 'node:timers/promises';
import { planBatches, splitForValidation } from '../../shared/batch-plan.ts';
import { MAX_SMOOTHING, type Curve, type CurveAxis } from '../../shared/curve.ts';
import { assertNever, FolioError } from '../../shared/errors.ts';
import type { EpochPosition, Store } from '../store/types.ts';
import { decimate, FEWEST_POINTS } from './decimate.ts';
import { metricTable, metricTables } from './metric-tables.ts';
import { MovingAverage } from './smoothing.ts';

export interface CurveRequest {
  readonly x: CurveAxis;
  /** At most so many points come back, at least 4. */
  readonly points: number;
  /** Weight of the past in the moving average, 0 to 0.999. */
  readonly smoothing: number;
  /** A part of the axis, in its own unit; its ends belong to it. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export interface MetricService {
  /**
   * The loss curve of a run, thinned to logged points that show every peak (decimate.ts). The average is that of all logged steps,
   * whatever part is asked for. Throws FolioError 'not-found', 'usage'.
   */
  curve(runId: number, request: CurveRequest): Promise<Curve>;
  /**
   * Every logged step as comma-separated values with a header, in pieces of whole lines. A validation loss stands beside its epoch's last step.
   * Throws FolioError 'not-found'.
   */
  csv(runId: number): AsyncGenerator<string, void, undefined>;
  /** The same of several runs under each other, with each run's number and name. Throws FolioError 'not-found' before the first line. */
  csvOf(runIds: readonly number[]): AsyncGenerator<string, void, undefined>;
}

type MetricStore = Pick<Store, 'run' | 'corpus' | 'metricRows' | 'metricSlice' | 'stepDetails' | 'epochPositions'>;

/** Steps that are read without a pause: about 10 ms. */
const SLICE = 10_000;

export function createMetricService(store: MetricStore): MetricService {
  return {
    async curve(runId, request) {
      refuseOutOfRange(request);
      const epochs = store.epochPositions(runId);
      const points = await readPoints(store, runId, request);
      const place = placing(store, runId, request.x, epochs);
      const { from = -Infinity, to = Infinity } = request;
      const placeOf = (i: number) => place(points.step[i] ?? NaN, points.activeSeconds[i] ?? NaN);
      const first = lowerBound(points.count, (i) => placeOf(i) >= from);
      const end = lowerBound(points.count, (i) => placeOf(i) > to);
      const indices = decimate(points.loss, first, Math.max(first, end), request.points);
      const steps = indices.map((i) => points.step[i] ?? NaN);
      const details = store.stepDetails(runId, steps);
      const pick = (values: Float64Array) => indices.map((i) => values[i] ?? NaN);
      return {
        axis: request.x,
        total: points.count,
        x: indices.map(placeOf),
        step: steps,
        loss: pick(points.loss).map(finiteOrNull),
        smooth: pick(points.smooth).map(finiteOrNull),
        // 0: forgotten this moment by a run that goes on from before it
        learningRate: steps.map((step) => details.get(step)?.learningRate ?? 0),
        seconds: steps.map((step) => details.get(step)?.activeSeconds ?? 0),
        epochEnds: epochs.flatMap(({ epoch, lastStep, activeSeconds, complete }) => {
          const x = place(lastStep, activeSeconds ?? NaN);
          return complete && x >= from && x <= to ? [{ x, epoch }] : [];
        }),
        stepsPerEpoch: stepsPerEpoch(store, runId, epochs),
        validation: epochs.flatMap(({ epoch, lastStep, activeSeconds, validationLoss }) => {
          const x = place(lastStep, activeSeconds ?? NaN);
          return validationLoss !== null && x >= from && x <= to ? [{ x, epoch, loss: validationLoss }] : [];
        }),
      };
    },

    csv: (runId) => metricTable(store, runId),
    csvOf: (runIds) => metricTables(store, runIds),
  };
}

function refuseOutOfRange({ points, smoothing }: CurveRequest): void {
  if (!(points >= FEWEST_POINTS)) {
    throw new FolioError('usage', `a curve has at least ${FEWEST_POINTS} points, not ${points}`);
  }
  if (!(smoothing >= 0 && smoothing <= MAX_SMOOTHING)) {
    throw new FolioError('usage', `the smoothing is a number from 0 to ${MAX_SMOOTHING}, not ${smoothing}`);
  }
}

/** All logged steps of a run in columns, of which the first `count` places are in use. NaN is a loss that was none. */
class Points {
  count = 0;
  step = new Float64Array(SLICE);
  loss = new Float64Array(SLICE);
  smooth = new Float64Array(SLICE);
  /** Zeros unless they were asked for. */
  activeSeconds = new Float64Array(SLICE);

  /** Has room for so many more. */
  reserve(more: number): void {
    if (this.count + more <= this.step.length) return;
    const grown = (old: Float64Array) => {
      const larger = new Float64Array(2 * old.length + more);
      larger.set(old);
      return larger;
    };
    this.step = grown(this.step);
    this.loss = grown(this.loss);
    this.smooth = grown(this.smooth);
    this.activeSeconds = grown(this.activeSeconds);
  }
}

/** Reads a run in slices with other work in between. */
async function readPoints(store: MetricStore, runId: number, { smoothing, x }: CurveRequest): Promise<Points> {
  const points = new Points();
  const average = new MovingAverage(smoothing);
  const names = ['step', 'loss', ...(x === 'time' ? (['active_seconds'] as const) : [])] as const;
  for (let after = -1; ;) {
    const slice = store.metricSlice(runId, names, after, SLICE);
    if (slice === null) return points;
    after = slice.lastStep;
    const [steps = [], losses = [], seconds = []] = slice.columns;
    points.reserve(steps.length);
    const { step, loss, smooth, activeSeconds } = points;
    let i = points.count;
    for (let row = 0; row < steps.length; row++, i++) {
      const value = losses[row] ?? NaN;
      step[i] = steps[row] ?? NaN;
      loss[i] = value;
      smooth[i] = average.next(value);
      activeSeconds[i] = seconds[row] ?? 0;
    }
    points.count = i;
    await otherWork();
  }
}

/** Where a step lies on the axis: ascending with the steps. */
function placing(
  store: MetricStore,
  runId: number,
  axis: CurveAxis,
  epochs: readonly EpochPosition[],
): (step: number, activeSeconds: number) => number {
  switch (axis) {
    case 'step':
      return (step) => step;
    case 'time':
      return (_, activeSeconds) => activeSeconds;
    case 'epoch': {
      const steps = stepsPerEpoch(store, runId, epochs);
      return (step) => step / steps;
    }
    default:
      return assertNever(axis, 'axis of a curve');
  }
}

function stepsPerEpoch(store: MetricStore, runId: number, epochs: readonly EpochPosition[]): number {
  return epochs.findLast(({ complete }) => complete)?.steps ?? plannedSteps(store, runId);
}

/** Steps of an epoch of a run that has not ended one. */
function plannedSteps(store: MetricStore, runId: number): number {
  const { corpusId, config } = store.run(runId);
  if (corpusId === null) return 1; // imported weights: there is nothing to place
  const { training } = splitForValidation(store.corpus(corpusId).characters, config.validationFraction);
  return Math.max(1, planBatches(training.end - training.start, config).stepsPerEpoch);
}

/** The first index below `count` at which an ascending condition holds, or `count`. */
function lowerBound(count: number, holds: (i: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
