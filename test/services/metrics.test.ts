import { monitorEventLoopDelay } from 'node:perf_hooks';

import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';

import { createMetricService, type CurveRequest } from '../../src/main/services/metrics.ts';
import { MovingAverage } from '../../src/main/services/smoothing.ts';
import type { SqliteStore } from '../../src/main/store/store.ts';
import { addRun, epochCheckpoint, KEEP_ALL, metric, Scratch } from '../store/support.ts';

const scratch = new Scratch();
afterEach(() => scratch.clean());

const request = (change: Partial<CurveRequest> = {}): CurveRequest => ({
  x: 'step',
  points: 1000,
  smoothing: 0,
  ...change,
});

/** Two whole epochs of ten steps and three steps of the third. */
function twoEpochs(): { store: SqliteStore; id: number } {
  const store = scratch.open();
  const id = addRun(store);
  for (const epoch of [1, 2]) {
    const first = epoch * 10 - 9;
    const checkpoint = epochCheckpoint(id, epoch);
    const record = checkpoint.epochRecord === null ? null : { ...checkpoint.epochRecord, validationLoss: 3 - epoch };
    const metrics = Array.from({ length: 10 }, (_, i) => metric(first + i, epoch));
    store.recordCheckpoint({ ...checkpoint, epochRecord: record, metrics }, KEEP_ALL);
  }
  store.appendMetrics(id, [metric(21, 3), metric(22, 3, NaN), metric(23, 3)]);
  return { store, id };
}

describe('a curve', () => {
  it('has every logged step where there is room, and validation at the ends of epochs', async () => {
    const { store, id } = twoEpochs();
    const curve = await createMetricService(store).curve(id, request());
    expect(curve).toMatchObject({ axis: 'step', total: 23 });
    expect(curve.step).toEqual(Array.from({ length: 23 }, (_, i) => i + 1));
    expect(curve.x).toEqual(curve.step);
    expect(curve.loss.slice(-3)).toEqual([3.79, null, 3.77]);
    expect(curve.learningRate).toEqual(Array.from({ length: 23 }, () => 1e-3));
    expect(curve.seconds.slice(-2)).toEqual([2.2, 2.3]);
    expect(curve.stepsPerEpoch).toBe(10);
    expect(curve.epochEnds).toEqual([
      { x: 10, epoch: 1 },
      { x: 20, epoch: 2 },
    ]);
    expect(curve.validation).toEqual([
      { x: 10, epoch: 1, loss: 2 },
      { x: 20, epoch: 2, loss: 1 },
    ]);
  });

  it('lies along epochs and along active time', async () => {
    const { store, id } = twoEpochs();
    const metrics = createMetricService(store);
    const epochs = await metrics.curve(id, request({ x: 'epoch' }));
    expect([epochs.x[0], epochs.x[9], epochs.x[22]]).toEqual([0.1, 1, 2.3]);
    expect(epochs.validation.map(({ x }) => x)).toEqual([1, 2]);
    const time = await metrics.curve(id, request({ x: 'time' }));
    expect([time.x[0], time.x[22]]).toEqual([0.1, 2.3]);
    expect(time.validation.map(({ x }) => x)).toEqual([1, 2]);
  });

  it('of a run inside its first epoch lies along the epoch that is planned', async () => {
    const store = scratch.open();
    const id = addRun(store);
    const { config } = store.run(id);
    // 18 characters: two pieces of 4 + 1 in each of floor(18 / 5) / 1 = 3 batches.
    store.setRunConfig(id, { ...config, batching: 'shuffled', sequenceLength: 4, batchSize: 1, validationFraction: 0 });
    store.appendMetrics(id, [metric(1, 1), metric(2, 1)]);
    const { x } = await createMetricService(store).curve(id, request({ x: 'epoch' }));
    expect(x).toEqual([1 / 3, 2 / 3]);
  });

  it('shows a part of the axis, with the average of the whole', async () => {
    const { store, id } = twoEpochs();
    const average = new MovingAverage(0.9);
    const smooth = Array.from({ length: 20 }, (_, i) => average.next(metric(i + 1, 1).loss));
    const part = await createMetricService(store).curve(id, request({ smoothing: 0.9, from: 10, to: 12 }));
    expect(part).toMatchObject({ total: 23, step: [10, 11, 12], validation: [{ epoch: 1 }] });
    expect(part.smooth).toEqual(smooth.slice(9, 12));
    const nothing = await createMetricService(store).curve(id, request({ from: 12, to: 10 }));
    expect(nothing.x).toEqual([]);
  });

  it('is refused out of range, and for a run that is not there', async () => {
    const { store, id } = twoEpochs();
    const metrics = createMetricService(store);
    await expect(metrics.curve(id, request({ points: 3 }))).rejects.toMatchObject({ code: 'usage' });
    await expect(metrics.curve(id, request({ smoothing: 1 }))).rejects.toMatchObject({ code: 'usage' });
    await expect(metrics.curve(99, request())).rejects.toMatchObject({ code: 'not-found' });
  });

  it('of 200,000 steps comes in a moment, in slices', async () => {
    const folder = scratch.folder();
    const first = scratch.open(folder);
    const id = addRun(first);
    first.close();
    const db = new Database(`${folder}/folio.db`);
    db.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
      INSERT INTO metric SELECT ${id}, i, 1 + i / 1000, 4 - i / 100000.0 + (i * 7919 % 1000) / 1000.0, 1.5, 0.001, 12.5, i / 80.0 FROM n`);
    db.close();
    const metrics = createMetricService(scratch.open(folder, { mode: 'read' }));
    const delays = monitorEventLoopDelay({ resolution: 1 });
    delays.enable();
    let turns = 0;
    const turn = () => {
      turns++;
      next = setImmediate(turn);
    };
    let next = setImmediate(turn);
    const begun = process.cpuUsage();
    const curve = await metrics.curve(id, request({ points: 2000, smoothing: 0.9 }));
    const { user, system } = process.cpuUsage(begun);
    const milliseconds = (user + system) / 1000; // of the processor, so that other tests do not count
    delays.disable();
    clearImmediate(next);
    expect(curve.total).toBe(200_000);
    expect(curve.x.length).toBeGreaterThan(1900);
    expect(curve.x.length).toBeLessThanOrEqual(2000);
    const longest = delays.max / 1e6;
    console.log(
      `a curve of 200,000 steps: ${milliseconds.toFixed(0)} ms of the processor, the longest slice ${longest.toFixed(0)} ms`,
    );
    expect(milliseconds).toBeLessThan(600);
    expect(turns).toBeGreaterThanOrEqual(20); // the event loop goes round between two slices
  });
});

describe('the table', () => {
  it('has a line for every logged step, with the validation at the ends of epochs', async () => {
    const { store, id } = twoEpochs();
    let table = '';
    for await (const part of createMetricService(store).csv(id)) table += part;
    const lines = table.split('\n');
    expect(lines).toHaveLength(25); // and nothing after the last
    expect(lines[0]).toBe('step,epoch,loss,gradient_norm,learning_rate,milliseconds,active_seconds,validation_loss');
    expect(lines[1]).toBe('1,1,3.99,1.5,0.001,12.5,0.1,');
    expect(lines[10]).toBe('10,1,3.9,1.5,0.001,12.5,1,2');
    expect(lines[22]).toBe('22,3,NaN,1.5,0.001,12.5,2.2,');
  });

  it('of several runs tells whose each line is, even by names that would break a table', async () => {
    const { store, id } = twoEpochs();
    const other = addRun(store);
    store.editRun(other, { name: 'with “, "quotes", commas' });
    store.appendMetrics(other, [metric(1, 1)]);
    const name = store.run(id).name;
    let table = '';
    for await (const part of createMetricService(store).csvOf([other, id, other])) table += part;
    const lines = table.split('\n');
    expect(lines).toHaveLength(1 + 1 + 23 + 1); // a run that is named twice stands there once
    expect(lines[0]).toBe(
      'run,run_name,step,epoch,loss,gradient_norm,learning_rate,milliseconds,active_seconds,validation_loss',
    );
    expect(lines[1]).toBe(`${other},"with “, ""quotes"", commas",1,1,3.99,1.5,0.001,12.5,0.1,`);
    expect(lines[2]).toBe(`${id},${name},1,1,3.99,1.5,0.001,12.5,0.1,`);
    expect(lines[11]).toBe(`${id},${name},10,1,3.9,1.5,0.001,12.5,1,2`);
    expect(lines[23]).toBe(`${id},${name},22,3,NaN,1.5,0.001,12.5,2.2,`);
  });

  it('of several runs is refused before its first line when one of them is not there', async () => {
    const { store, id } = twoEpochs();
    await expect(createMetricService(store).csvOf([id, 99]).next()).rejects.toMatchObject({ code: 'not-found' });
  });
});
