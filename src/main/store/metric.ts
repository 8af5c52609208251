import { finiteOrNull, numberOrNaN, type Sql } from './sql.ts';
import type { MetricColumn, MetricPoint } from './types.ts';

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
