/** One run out of a record into a file of its own. Reads one state of the record, whoever writes to it meanwhile. */
import { rmSync } from 'node:fs';

import Database from 'better-sqlite3';

import { ACTIVE_STATUSES, type CheckpointInfo, type RunStatus } from '../../shared/domain.ts';
import type { CopyProgress } from '../../shared/keeping.ts';
import { readBlob, sha256, type BlobKind } from './checkpoint-blob.ts';
import { place, positionDamage, readCheckpoints } from './checkpoint.ts';
import { manifestOf } from './bundle-manifest.ts';
import { BUNDLE_ID, BUNDLE_STATEMENTS, BUNDLE_TABLES, BUNDLE_VERSION, type BundleTable } from './bundle-schema.ts';
import { connectReader } from './read-connection.ts';
import { flush } from './record-copy.ts';
import { requireRun } from './run.ts';
import { Sql, type Value } from './sql.ts';
import { explained, explaining } from './sqlite-errors.ts';
import { wayOn } from './sweep.ts';

export interface BundleOptions {
  /** Whose weights go along. `newest`: the best and the last, and all that training goes on from. */
  readonly checkpoints: 'newest' | 'all';
  /** Whether the text that it learnt from goes along. */
  readonly text: boolean;
  /** Largest size of the file in pages of 16 KiB: a test's full disk. */
  readonly maxPages?: number;
}

export interface WrittenBundle {
  readonly bytes: number;
  /** Checkpoints whose weights are in it. */
  readonly checkpoints: number;
  /** Whether training can go on from it. */
  readonly resumable: boolean;
  /** Weights and checkpoints that should have been in it and are damaged, in words. */
  readonly damage: readonly string[];
}

/**
 * @param record the record's file
 * @param to a file that is not there yet, or an empty one; what is left of it after an error is the caller's to remove
 * @throws FolioError 'not-found' for a run that is not there, 'damaged' for a text that is, 'file' (no space, no right)
 */
export function writeBundle(
  record: string,
  to: string,
  runId: number,
  options: BundleOptions,
  progress: (progress: CopyProgress) => void,
): WrittenBundle {
  const source = explaining(record, () => connectReader(record));
  let out: Database.Database | undefined;
  try {
    const sql = new Sql(source);
    rmSync(to, { force: true }); // the size of pages is that of a file which is not there yet
    out = create(to, options.maxPages);
    const target = new Sql(out);
    const written = sql.snapshot(() => {
      requireRun(sql, runId);
      return target.transaction(() => new Writer(sql, target, runId, options, progress).write());
    });
    out.close();
    return { ...written, bytes: flush(to) };
  } catch (error) {
    throw explained(error, to);
  } finally {
    out?.close();
    source.close();
  }
}

function create(path: string, maxPages: number | undefined): Database.Database {
  const db = new Database(path);
  db.pragma('page_size = 16384');
  // What goes wrong leaves nothing of the file: it needs no way back of its own, and is flushed when it is whole.
  db.pragma('journal_mode = OFF');
  db.pragma('synchronous = OFF');
  if (maxPages !== undefined) db.pragma(`max_page_count = ${maxPages}`);
  for (const statement of BUNDLE_STATEMENTS) db.exec(statement);
  db.pragma(`application_id = ${BUNDLE_ID}`);
  db.pragma(`user_version = ${BUNDLE_VERSION}`);
  return db;
}

class Writer {
  readonly #sql: Sql;
  readonly #out: Sql;
  readonly #runId: number;
  readonly #options: BundleOptions;
  readonly #progress: (progress: CopyProgress) => void;
  readonly #damage: string[] = [];
  #done = 0;
  #total = 0;

  constructor(sql: Sql, out: Sql, runId: number, options: BundleOptions, progress: (progress: CopyProgress) => void) {
    this.#sql = sql;
    this.#out = out;
    this.#runId = runId;
    this.#options = options;
    this.#progress = progress;
  }

  write(): Omit<WrittenBundle, 'bytes'> {
    this.#total = this.#expectedBytes();
    this.#writeRun();
    if (this.#options.text) this.#writeText();
    this.#copy('metric');
    this.#copy('epoch');
    this.#copy('sample', 'AND deleted_at IS NULL');
    const written = this.#writeCheckpoints();
    for (const { part, rows, sha256 } of manifestOf(this.#out)) {
      this.#out.run('INSERT INTO manifest (part, rows, sha256) VALUES (?, ?, ?)', part, rows, sha256);
    }
    return { ...written, damage: this.#damage };
  }

  #writeRun(): void {
    const [row] = this.#sql.rows<Value[]>(
      `SELECT run.name, status, status_reason, preset, engine, device, epoch, step, active_seconds, run.created_at, updated_at,
              keep_every, tags, notes, config, run.vocabulary, coalesce(rejected, '[]'), first_look,
              coalesce(corpus.sha256, awaited_sha256), coalesce(corpus.name, awaited_name)
       FROM run LEFT JOIN run_beginning ON run_id = run.id LEFT JOIN corpus ON corpus.id = corpus_id WHERE run.id = ?`,
      this.#runId,
    );
    const values = [...(row ?? [])];
    const [, status] = values;
    if (ACTIVE_STATUSES.some((active) => active === status)) {
      values.splice(1, 2, 'interrupted' satisfies RunStatus, this.#carriedAway());
    }
    this.#insert('run', values);
  }

  /** For the computer that it comes to, nobody trains it. */
  #carriedAway(): string {
    return `it was exported while it trained; ${wayOn(this.#sql, this.#runId)}`;
  }

  #writeText(): void {
    const corpus = this.#sql.rows<Value[]>(
      `SELECT sha256, name, encoding, characters, vocabulary FROM corpus
       WHERE id = (SELECT corpus_id FROM run WHERE id = ?) AND complete = 1`,
      this.#runId,
    )[0];
    if (corpus === undefined) return;
    this.#insert('corpus', corpus);
    for (let position = 0; ; position++) {
      const chunk = this.#sql.get<{ codec: string; data: Buffer }>(
        `SELECT codec, data FROM corpus_chunk
         WHERE corpus_id = (SELECT corpus_id FROM run WHERE id = ?) AND position = ?`,
        this.#runId,
        position,
      );
      if (chunk === undefined) return;
      const { codec, data } = chunk;
      this.#out.run(
        'INSERT INTO corpus_chunk (position, codec, sha256, data) VALUES (?, ?, ?, ?)',
        position,
        codec,
        sha256(data),
        data,
      );
      this.#wrote(data.byteLength);
    }
  }

  #copy(table: 'metric' | 'epoch' | 'sample', which = ''): void {
    const { columns, order } = BUNDLE_TABLES[table];
    const rows = this.#sql.db
      .prepare<[number], Value[]>(`SELECT ${columns} FROM ${table} WHERE run_id = ? ${which} ORDER BY ${order}`)
      .raw();
    let number = 0;
    for (const row of rows.iterate(this.#runId)) {
      number += 1;
      // Texts are numbered anew: what number they had in this record says nothing in another.
      this.#insert(table, table === 'sample' ? [number, ...row.slice(1)] : row);
    }
  }

  #insert(table: BundleTable, values: readonly Value[]): void {
    const { columns } = BUNDLE_TABLES[table];
    this.#out.run(`INSERT INTO ${table} (${columns}) VALUES (${values.map(() => '?').join(', ')})`, ...values);
  }

  #writeCheckpoints(): { checkpoints: number; resumable: boolean } {
    const all = readCheckpoints(this.#sql, this.#runId).filter((one) => this.#hasPosition(one));
    const wanted = this.#options.checkpoints === 'all' ? null : this.#newest(all);
    let checkpoints = 0;
    let resumable = false;
    all.forEach((checkpoint, index) => {
      const id = index + 1;
      const isWanted = (kind: BlobKind): boolean => wanted === null || wanted[kind].has(checkpoint.id);
      const weights = isWanted('weights') ? this.#writeBlob(checkpoint, id, 'weights') : 0;
      const optimizer = weights > 0 && isWanted('optimizer') ? this.#writeBlob(checkpoint, id, 'optimizer') : 0;
      if (weights > 0) checkpoints += 1;
      resumable ||= optimizer > 0;
      const [row] = this.#sql.rows<Value[]>(
        `SELECT ${BUNDLE_TABLES.checkpoint.columns} FROM checkpoint WHERE id = ?`,
        checkpoint.id,
      );
      const [, kind, epoch, step, seconds, trainLoss, validationLoss, , , ...rest] = row ?? [];
      const head = [id, kind, epoch, step, seconds, trainLoss, validationLoss] as Value[]; // those of the columns
      this.#insert('checkpoint', [...head, weights, optimizer, ...rest]);
    });
    return { checkpoints, resumable };
  }

  /** Without it nobody takes a checkpoint, so all of it is left out. */
  #hasPosition(checkpoint: CheckpointInfo): boolean {
    const damage = positionDamage(this.#sql, checkpoint.id);
    if (damage !== null) this.#damage.push(`${place(checkpoint)}: ${damage}`);
    return damage === null;
  }

  /** The best and the last, and the newest that is whole: training goes on from that one. */
  #newest(all: readonly CheckpointInfo[]): Readonly<Record<BlobKind, ReadonlySet<number>>> {
    const bestEpoch = this.#sql.get<{ best: number | null }>(
      'SELECT best_epoch AS best FROM run WHERE id = ?',
      this.#runId,
    );
    const best = all.findLast(({ kind, epoch }) => kind === 'epoch' && epoch === bestEpoch?.best);
    const whole = all.findLast(({ id, resumable }) => resumable && this.#isWhole(id));
    const ids = (...chosen: (CheckpointInfo | undefined)[]): ReadonlySet<number> =>
      new Set(chosen.flatMap((one) => (one === undefined ? [] : [one.id])));
    return { weights: ids(best, all.at(-1), whole), optimizer: ids(whole) };
  }

  #isWhole(id: number): boolean {
    return (['weights', 'optimizer'] as const).every((kind) => readBlob(this.#sql, id, kind).data !== null);
  }

  /** Bytes written; 0 for what is not there, or is damaged. */
  #writeBlob(checkpoint: CheckpointInfo, id: number, kind: BlobKind): number {
    const column = kind === 'weights' ? 'weights_bytes' : 'optimizer_bytes';
    const expected = this.#sql.get<{ bytes: number }>(
      `SELECT ${column} AS bytes FROM checkpoint WHERE id = ?`,
      checkpoint.id,
    );
    if (expected === undefined || expected.bytes === 0) return 0;
    const { data, damage } = readBlob(this.#sql, checkpoint.id, kind);
    if (data === null) {
      this.#damage.push(`${place(checkpoint)}: ${damage}`);
      return 0;
    }
    this.#out.run(
      'INSERT INTO checkpoint_blob (checkpoint_id, kind, sha256, data) VALUES (?, ?, ?, ?)',
      id,
      kind,
      sha256(data),
      data,
    );
    this.#wrote(data.byteLength);
    return data.byteLength;
  }

  #expectedBytes(): number {
    const all = readCheckpoints(this.#sql, this.#runId);
    const wanted = this.#options.checkpoints === 'all' ? null : this.#newest(all);
    const size = (kind: BlobKind): number => {
      const column = kind === 'weights' ? 'weights_bytes' : 'optimizer_bytes';
      const rows = this.#sql.all<{ id: number; bytes: number }>(
        `SELECT id, ${column} AS bytes FROM checkpoint WHERE run_id = ?`,
        this.#runId,
      );
      return rows.reduce((sum, { id, bytes }) => (wanted === null || wanted[kind].has(id) ? sum + bytes : sum), 0);
    };
    const text = this.#sql.get<{ bytes: number }>(
      'SELECT stored_bytes AS bytes FROM corpus WHERE id = (SELECT corpus_id FROM run WHERE id = ?)',
      this.#runId,
    );
    return size('weights') + size('optimizer') + (this.#options.text ? (text?.bytes ?? 0) : 0);
  }

  #wrote(bytes: number): void {
    this.#done += bytes;
    this.#progress({ phase: 'copy', done: this.#done, total: this.#total });
  }
}
