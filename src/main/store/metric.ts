import { finiteOrNull, numberOrNaN, type Sql } from './sql.ts';
import type { MetricColumn, MetricPoint, MetricSlice } from './types.ts';

/** A step that is logged twice keeps what was said last. */
export function insertMetrics(sql: Sql, runId: number, points: readonly MetricPoint[]): void {
  for (const point of points) {
    sql.run(
      `INSERT OR REPLACE INTO metric (run_id, step, epoch, loss, gradient_norm, learning_rate, milliseconds, active_seconds)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      runId,
      point.step,
      point.epoch,
      finiteOrNull(point.loss),
      finiteOrNull(point.gradientNorm),
      point.learningRate,
      point.milliseconds,
      point.activeSeconds,
    );
  }
}

/** In the order of their steps. */
export function readMetrics(sql: Sql, runId: number): MetricPoint[] {
  interface Row {
    step: number;
    epoch: number;
    loss: number | null;
    gradientNorm: number | null;
    learningRate: number;
    milliseconds: number;
    activeSeconds: number;
  }
  const rows = sql.all<Row>(
    `SELECT step, epoch, loss, gradient_norm AS gradientNorm, learning_rate AS learningRate, milliseconds,
            active_seconds AS activeSeconds
     FROM metric WHERE run_id = ? ORDER BY step`,
    runId,
  );
  return rows.map((row) => ({ ...row, loss: numberOrNaN(row.loss) }));
}

/** See {@link Store.metricRows}. */
export function readMetricRows(
  sql: Sql,
  runId: number,
  columns: readonly MetricColumn[],
  afterStep: number,
  limit: number,
): (number | null)[][] {
  return sql.rows(
    `SELECT ${columns.join(', ')} FROM metric WHERE run_id = ? AND step > ? ORDER BY step LIMIT ?`,
    runId,
    afterStep,
    limit,
  );
}

/** See {@link Store.metricSlice}. One column at a time: an array for every row would take four times as long. */
export function readMetricSlice(
  sql: Sql,
  runId: number,
  columns: readonly MetricColumn[],
  afterStep: number,
  limit: number,
): MetricSlice | null {
  const range = 'FROM metric WHERE run_id = ? AND step > ?';
  const lastStep =
    sql.column<number>(`SELECT step ${range} ORDER BY step LIMIT 1 OFFSET ?`, runId, afterStep, limit - 1)[0] ??
    sql.column<number | null>(`SELECT max(step) ${range}`, runId, afterStep)[0];
  if (lastStep === undefined || lastStep === null) return null;
  const read = (column: MetricColumn) =>
    sql.column<number | null>(`SELECT ${column} ${range} AND step <= ? ORDER BY step`, runId, afterStep, lastStep);
  const others = new Map<MetricColumn, (number | null)[]>(
    columns.filter((column) => column !== 'step').map((column) => [column, read(column)]),
  );
  const [count] = [...others.values()].map((values) => values.length);
  // Where every step was logged, their numbers need not be read.
  const steps = () =>
    count === lastStep - afterStep ? Array.from({ length: count }, (_, i) => afterStep + 1 + i) : read('step');
  return { lastStep, columns: columns.map((column) => others.get(column) ?? steps()) };
}

/** See {@link Store.stepDetails}. */
export function readStepDetails(
  sql: Sql,
  runId: number,
  steps: readonly number[],
): ReadonlyMap<number, { readonly learningRate: number; readonly activeSeconds: number }> {
  const rows = sql.rows<[step: number, rate: number, seconds: number]>(
    `SELECT step, learning_rate, active_seconds FROM metric
     WHERE run_id = ? AND step IN (SELECT value FROM json_each(?))`,
    runId,
    JSON.stringify(steps),
  );
  return new Map(rows.map(([step, learningRate, activeSeconds]) => [step, { learningRate, activeSeconds }]));
}

/** Removes at most `limit` of a run's steps; returns how many. */
export function deleteSomeMetrics(sql: Sql, runId: number, limit: number): number {
  return sql.run(
    'DELETE FROM metric WHERE run_id = ? AND step IN (SELECT step FROM metric WHERE run_id = ? ORDER BY step LIMIT ?)',
    runId,
    runId,
    limit,
  );
}

export function deleteMetricsAfter(sql: Sql, runId: number, step: number): void {
  sql.run('DELETE FROM metric WHERE run_id = ? AND step > ?', runId, step);
}
