import type { EpochRecord } from '../../shared/domain.ts';
import { finiteOrNull, numberOrNaN, type Sql } from './sql.ts';
import type { EpochPosition } from './types.ts';

/** Stores an epoch's record, in place of an earlier one for a part of the same epoch. `lastStep` counts from the run's start. */
export function putEpoch(sql: Sql, runId: number, lastStep: number, record: EpochRecord): void {
  sql.run(
    `INSERT OR REPLACE INTO epoch
       (run_id, epoch, last_step, steps, complete, train_loss, validation_loss, seconds, characters_per_second, learning_rate)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    runId,
    record.epoch,
    lastStep,
    record.steps,
    record.complete ? 1 : 0,
    finiteOrNull(record.trainLoss),
    finiteOrNull(record.validationLoss),
    record.seconds,
    record.charactersPerSecond,
    record.learningRate,
  );
}

export function readEpochs(sql: Sql, runId: number): EpochRecord[] {
  interface Row {
    epoch: number;
    steps: number;
    complete: number;
    trainLoss: number | null;
    validationLoss: number | null;
    seconds: number;
    charactersPerSecond: number;
    learningRate: number;
  }
  const rows = sql.all<Row>(
    `SELECT epoch, steps, complete, train_loss AS trainLoss, validation_loss AS validationLoss, seconds,
            characters_per_second AS charactersPerSecond, learning_rate AS learningRate
     FROM epoch WHERE run_id = ? ORDER BY epoch`,
    runId,
  );
  return rows.map((row) => ({ ...row, complete: row.complete === 1, trainLoss: numberOrNaN(row.trainLoss) }));
}

export function readEpochPositions(sql: Sql, runId: number): EpochPosition[] {
  const rows = sql.all<Omit<EpochPosition, 'complete'> & { readonly complete: number }>(
    `SELECT epoch.epoch, epoch.steps, epoch.complete, last_step AS lastStep, metric.active_seconds AS activeSeconds,
            train_loss AS trainLoss, validation_loss AS validationLoss
     FROM epoch LEFT JOIN metric ON metric.run_id = epoch.run_id AND metric.step = epoch.last_step
     WHERE epoch.run_id = ? ORDER BY epoch.epoch`,
    runId,
  );
  return rows.map((row) => ({ ...row, complete: row.complete === 1 }));
}

export function deleteEpochsAfter(sql: Sql, runId: number, step: number): void {
  sql.run('DELETE FROM epoch WHERE run_id = ? AND last_step > ?', runId, step);
}

/** The epoch with the lowest validation loss or, where there is none, the lowest training loss; the earlier of equals. */
export function bestEpoch(sql: Sql, runId: number): number | null {
  const best = sql.get<{ epoch: number }>(
    `SELECT epoch FROM epoch WHERE run_id = ? AND coalesce(validation_loss, train_loss) IS NOT NULL
     ORDER BY validation_loss NULLS LAST, CASE WHEN validation_loss IS NULL THEN train_loss END, epoch LIMIT 1`,
    runId,
  );
  return best?.epoch ?? null;
}
