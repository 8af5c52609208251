import type { Sample } from '../../shared/domain.ts';
import { parseSampleSettings } from './json-columns.ts';
import type { Sql } from './sql.ts';
import type { NewSample } from './types.ts';

/** `step` is that of the checkpoint which the sample is stored with; null for one made on request. */
export function insertSample(sql: Sql, sample: NewSample, step: number | null, now: number): Sample {
  const id = sql.insert(
    `INSERT INTO sample (run_id, epoch, step, stream, origin, engine, app_version, created_at, settings, prompt, text)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    sample.runId,
    sample.epoch,
    step,
    sample.stream,
    sample.origin,
    sample.engine,
    sample.appVersion,
    now,
    JSON.stringify(sample.settings),
    sample.prompt,
    sample.text,
  );
  return { ...sample, id, createdAt: now };
}

/** In the order in which they were written. */
export function readSamples(sql: Sql, runId: number): Sample[] {
  type Row = Omit<Sample, 'settings'> & { settings: string };
  const rows = sql.all<Row>(
    `SELECT id, run_id AS runId, epoch, prompt, text, settings, stream, origin, engine, app_version AS appVersion,
            created_at AS createdAt
     FROM sample WHERE run_id = ? ORDER BY id`,
    runId,
  );
  return rows.map((row) => ({
    ...row,
    settings: parseSampleSettings(row.settings, `the settings of sample ${row.id}`),
  }));
}

/** Forgets what training wrote after a step. Texts that a person asked for stay: they are theirs, and name their seed. */
export function deleteTrainingSamplesAfter(sql: Sql, runId: number, step: number): void {
  sql.run("DELETE FROM sample WHERE run_id = ? AND origin = 'training' AND step > ?", runId, step);
}

/** Forgets what training wrote in a part of an epoch, when the whole epoch replaces it. */
export function deleteTrainingSamplesOfEpoch(sql: Sql, runId: number, epoch: number): void {
  sql.run("DELETE FROM sample WHERE run_id = ? AND origin = 'training' AND epoch = ?", runId, epoch);
}
