import type { RunConfig } from '../../shared/config.ts';
import { ACTIVE_STATUSES, type RunDetail, type RunStatus, type RunSummary } from '../../shared/domain.ts';
import { FolioError } from '../../shared/errors.ts';
import { parseConfig, parsePlan, parseStrings, stringsOrNull, type RunPlan } from './json-columns.ts';
import type { Sql, Value } from './sql.ts';
import { isCorruption } from './sqlite-errors.ts';
import type { ListRuns, NewRun } from './types.ts';

/** What may reach beyond a row's own page. */
const LONG_COLUMNS = `run.notes, run.tags,
         json_extract(iif(json_valid(run.config), run.config, '{}'), '$.cell', '$.layers', '$.units', '$.epochs', '$.minutes', '$.maxSteps') AS plan`;
const NO_LONG_COLUMNS = "'' AS notes, '' AS tags, '' AS plan";

// The losses are those of the newest epoch's record; sizes come from columns beside the blobs, which are never touched.
const OF_OTHER_TABLES = `coalesce(corpus.name, '') AS corpus, coalesce(newest.epoch - 1 + newest.complete, 0) AS completeEpochs,
         newest.train_loss AS trainLoss, newest.validation_loss AS validationLoss,
         (SELECT coalesce(sum(weights_bytes + optimizer_bytes), 0) FROM checkpoint WHERE run_id = run.id) AS storedBytes`;
const OTHER_TABLES = `LEFT JOIN corpus ON corpus.id = run.corpus_id
  LEFT JOIN epoch AS newest ON newest.run_id = run.id AND newest.epoch = (SELECT max(epoch) FROM epoch WHERE run_id = run.id)`;
const NO_OTHER_TABLES =
  "'' AS corpus, 0 AS completeEpochs, NULL AS trainLoss, NULL AS validationLoss, 0 AS storedBytes";

/** By an index, in which numbers and times stand without the rows. */
const listedBy = (index: '' | 'NOT INDEXED' | 'INDEXED BY run_listed'): string =>
  `(SELECT id, archived_at FROM run ${index} WHERE deleted_at IS NULL) AS listed`;

const summary = (listed: string, longColumns: string, ofOtherTables: string, otherTables: string): string => `
  SELECT run.id, run.name, run.status, run.status_reason AS statusReason, run.preset, run.corpus_id AS corpusId, run.engine,
         run.device, run.epoch, run.step, run.best_epoch AS bestEpoch, run.created_at AS createdAt, run.updated_at AS updatedAt,
         listed.archived_at AS archivedAt, run.active_seconds AS activeSeconds, ${ofOtherTables}, ${longColumns}
  FROM ${listed} JOIN run ON run.id = listed.id ${otherTables}`;

const SUMMARY = summary(listedBy(''), LONG_COLUMNS, OF_OTHER_TABLES, OTHER_TABLES);
/** One row without the index, in case it is that which is broken. */
const SUMMARY_BY_ROW = summary(listedBy('NOT INDEXED'), LONG_COLUMNS, OF_OTHER_TABLES, OTHER_TABLES);
/** What may be left of a row, the most first. */
const BROKEN_SUMMARIES = [
  summary(listedBy('INDEXED BY run_listed'), NO_LONG_COLUMNS, OF_OTHER_TABLES, OTHER_TABLES),
  summary(listedBy('INDEXED BY run_listed'), NO_LONG_COLUMNS, NO_OTHER_TABLES, ''),
];

type SummaryRow = Omit<RunSummary, 'tags' | keyof RunPlan> & { readonly tags: string; readonly plan: string };

/** A row with damage is shown as far as it can be read: it must not hide the others. */
function toSummary({ plan, ...row }: SummaryRow): RunSummary {
  const known = parsePlan(plan);
  const tags = stringsOrNull(row.tags);
  const broken = [
    { isBroken: known.network === null, damage: 'its configuration cannot be read' },
    { isBroken: tags === null, damage: 'its tags cannot be read' },
  ].filter(({ isBroken }) => isBroken);
  const damage = broken.length === 0 ? {} : { damage: broken.map((one) => one.damage).join('; ') };
  return { ...row, ...known, tags: tags ?? [], ...damage };
}

function notFound(id: number): FolioError {
  return new FolioError('not-found', `there is no run ${id}`, '`folio runs` lists them.');
}

/** Throws FolioError 'not-found' unless an UPDATE or DELETE of a run's row changed it. */
function changed(rows: number, id: number): void {
  if (rows === 0) throw notFound(id);
}

export function insertRun(sql: Sql, run: NewRun, now: number): number {
  return sql.insert(
    `INSERT INTO run (name, status, preset, corpus_id, created_at, updated_at, config, vocabulary, keep_every)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    run.name,
    run.status,
    run.preset,
    run.corpusId,
    now,
    now,
    JSON.stringify(run.config),
    JSON.stringify(run.vocabulary),
    run.keepEvery ?? null,
  );
}

const ARCHIVED = {
  all: 'true',
  without: 'listed.archived_at IS NULL',
  only: 'listed.archived_at IS NOT NULL',
} as const satisfies Record<ListRuns['archived'], string>;

/** The newest first, without deleted ones. */
export function readSummaries(sql: Sql, { archived, ids }: ListRuns): RunSummary[] {
  const values = ids === undefined ? [] : [JSON.stringify(ids)];
  const wanted = ids === undefined ? 'true' : 'listed.id IN (SELECT value FROM json_each(?))';
  return allOrEach(sql, `${ARCHIVED[archived]} AND ${wanted}`, 'run.id DESC', values);
}

/**
 * The rows; where one lies on a broken page, each by itself, and of that one what is left.
 *
 * @param where a condition on `listed`
 */
function allOrEach(sql: Sql, where: string, order: 'run.id' | 'run.id DESC', values: readonly Value[]): RunSummary[] {
  try {
    return sql.all<SummaryRow>(`${SUMMARY} WHERE ${where} ORDER BY ${order}`, ...values).map(toSummary);
  } catch (error) {
    if (!isCorruption(error)) throw error;
    const direction = order === 'run.id' ? 1 : -1;
    return readListed(sql, where, values)
      .map((listed) => readAlone(sql, listed))
      .sort((a, b) => direction * (a.id - b.id));
  }
}

interface Listed {
  readonly id: number;
  readonly archivedAt: number | null;
}

/** All that are to be listed: from the index, or (where that is broken) from the table. */
function readListed(sql: Sql, where: string, values: readonly Value[]): Listed[] {
  const query = (listed: string): string => `SELECT id, archived_at AS archivedAt FROM ${listed} WHERE ${where}`;
  return (
    unlessCorrupt(() => sql.all<Listed>(query(listedBy('INDEXED BY run_listed')), ...values)) ??
    sql.all<Listed>(query(listedBy('NOT INDEXED')), ...values)
  );
}

/** As much of one run as can be read, its number in any case. */
function readAlone(sql: Sql, listed: Listed): RunSummary {
  const whole = unlessCorrupt(() => sql.get<SummaryRow>(`${SUMMARY_BY_ROW} WHERE listed.id = ?`, listed.id));
  if (whole !== undefined) return toSummary(whole);
  for (const query of BROKEN_SUMMARIES) {
    const row = unlessCorrupt(() => sql.get<SummaryRow>(`${query} WHERE +listed.id = ?`, listed.id));
    if (row !== undefined) return toBrokenSummary(row);
  }
  return toBrokenSummary({ ...NOTHING_LEFT, ...listed });
}

/** The result, or undefined where SQLite met a broken page. */
function unlessCorrupt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (isCorruption(error)) return undefined;
    throw error;
  }
}

const NOTHING_LEFT: Omit<SummaryRow, keyof Listed> = {
  name: '',
  status: 'interrupted',
  statusReason: '',
  preset: '',
  corpus: '',
  corpusId: null,
  engine: '',
  device: '',
  epoch: 0,
  step: 0,
  completeEpochs: 0,
  trainLoss: null,
  validationLoss: null,
  bestEpoch: null,
  createdAt: 0,
  updatedAt: 0,
  activeSeconds: 0,
  storedBytes: 0,
  notes: '',
  tags: '',
  plan: '',
};

/** Nobody works on a run whose row cannot be changed any more. */
function toBrokenSummary({ plan: _plan, tags: _tags, ...row }: SummaryRow): RunSummary {
  const damage = 'a part of the file that holds it is damaged';
  const status = isActive(row.status) ? 'interrupted' : row.status;
  return { ...row, status, network: null, plannedEpochs: null, tags: [], damage };
}

function isActive(status: RunStatus): boolean {
  return ACTIVE_STATUSES.some((active) => active === status);
}

/** Runs in a state in which a process works on them; one whose state cannot be read is in none. */
export function readActive(sql: Sql): RunSummary[] {
  const places = ACTIVE_STATUSES.map(() => '?').join(', ');
  const active = `${SUMMARY} WHERE run.status IN (${places}) ORDER BY run.id`;
  const whole = unlessCorrupt(() => sql.all<SummaryRow>(active, ...ACTIVE_STATUSES));
  if (whole !== undefined) return whole.map(toSummary);
  return readListed(sql, 'true', []).flatMap((listed) => {
    const row = unlessCorrupt(() =>
      sql.get<{ status: RunStatus }>('SELECT status FROM run NOT INDEXED WHERE id = ?', listed.id),
    );
    return row !== undefined && isActive(row.status) ? [{ ...readAlone(sql, listed), ...row }] : [];
  });
}

/** Every run's number, of deleted ones too, the newest first: from the index, or (where that is broken) from the table. */
export function readRunIds(sql: Sql): number[] {
  const ids =
    unlessCorrupt(() => sql.column<number>('SELECT id FROM run INDEXED BY run_listed')) ??
    sql.column<number>('SELECT id FROM run NOT INDEXED');
  return ids.sort((a, b) => b - a);
}

/** Throws FolioError 'not-found', for a deleted run too. */
export function readSummary(sql: Sql, id: number): RunSummary {
  const [run] = allOrEach(sql, 'listed.id = ?', 'run.id', [id]);
  if (run === undefined) throw notFound(id);
  return run;
}

/** Throws FolioError 'not-found', for a deleted run too. */
export function requireRun(sql: Sql, id: number): void {
  if (sql.get('SELECT 1 FROM run WHERE id = ? AND deleted_at IS NULL', id) === undefined) throw notFound(id);
}

/** Throws FolioError 'not-found' for a run that is gone for good; one that can still be had back may be added to. */
export function requireRestorable(sql: Sql, id: number): void {
  if (sql.get('SELECT 1 FROM run WHERE id = ? AND deleted_at IS NOT 0', id) === undefined) throw notFound(id);
}

/** What a summary leaves out of a run's own row. */
export function readRunBody(
  sql: Sql,
  id: number,
): Pick<RunDetail, 'config' | 'corpusId' | 'keepEvery' | 'awaitedText'> & { vocabulary: string[] } {
  interface Row extends Pick<RunDetail, 'corpusId' | 'keepEvery'> {
    readonly config: string;
    readonly vocabulary: string;
    readonly sha256: string | null;
    readonly name: string | null;
  }
  const row = sql.get<Row>(
    `SELECT config, corpus_id AS corpusId, keep_every AS keepEvery, vocabulary, awaited_sha256 AS sha256, awaited_name AS name
     FROM run WHERE id = ?`,
    id,
  );
  if (row === undefined) throw notFound(id);
  return {
    config: parseConfig(row.config, `the configuration of run ${id}`),
    corpusId: row.corpusId,
    keepEvery: row.keepEvery,
    awaitedText: row.sha256 === null ? null : { sha256: row.sha256, name: row.name ?? '' },
    vocabulary: parseStrings(row.vocabulary, `the vocabulary of run ${id}`),
  };
}

export function updateStatus(sql: Sql, id: number, status: RunStatus, reason: string, now: number): void {
  changed(
    sql.run('UPDATE run SET status = ?, status_reason = ?, updated_at = ? WHERE id = ?', status, reason, now, id),
    id,
  );
}

export function updateEngine(sql: Sql, id: number, engine: string, device: string, now: number): void {
  changed(sql.run('UPDATE run SET engine = ?, device = ?, updated_at = ? WHERE id = ?', engine, device, now, id), id);
}

export function updateConfig(sql: Sql, id: number, config: RunConfig, now: number): void {
  changed(sql.run('UPDATE run SET config = ?, updated_at = ? WHERE id = ?', JSON.stringify(config), now, id), id);
}

/** Does not move `updatedAt`: that is when training last moved. */
export function updateWords(
  sql: Sql,
  id: number,
  change: { readonly name?: string; readonly notes?: string; readonly tags?: readonly string[] },
): void {
  changed(
    sql.run(
      'UPDATE run SET name = coalesce(?, name), notes = coalesce(?, notes), tags = coalesce(?, tags) WHERE id = ? AND deleted_at IS NULL',
      change.name ?? null,
      change.notes ?? null,
      change.tags === undefined ? null : JSON.stringify(change.tags),
      id,
    ),
    id,
  );
}

/** Where the run stands now. */
export function updateProgress(
  sql: Sql,
  id: number,
  progress: { readonly epoch: number; readonly step: number; readonly activeSeconds: number },
  now: number,
): void {
  changed(
    sql.run(
      'UPDATE run SET epoch = ?, step = ?, active_seconds = ?, updated_at = ? WHERE id = ?',
      progress.epoch,
      progress.step,
      progress.activeSeconds,
      now,
      id,
    ),
    id,
  );
}

export function updateBestEpoch(sql: Sql, id: number, epoch: number | null): void {
  changed(sql.run('UPDATE run SET best_epoch = ? WHERE id = ?', epoch, id), id);
}

/** Does not move `updatedAt`, and leaves the time of one that is archived already. */
export function updateArchived(sql: Sql, id: number, archived: boolean, now: number): void {
  changed(
    sql.run(
      'UPDATE run SET archived_at = CASE WHEN ? THEN coalesce(archived_at, ?) END WHERE id = ? AND deleted_at IS NULL',
      archived ? 1 : 0,
      now,
      id,
    ),
    id,
  );
}

export function deleteRunRow(sql: Sql, id: number): void {
  changed(sql.run('DELETE FROM run WHERE id = ?', id), id);
}
