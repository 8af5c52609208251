/**
 * The file that a run is carried in (`.folio`): a SQLite database of its own kind, which any SQLite opens and shows. ARCHITECTURE.md describes
 * it for people. A published version is never changed.
 */

/** Marks it as a bundle ("FoBu" in ASCII), so that it is never taken for a record, nor a record for one. */
export const BUNDLE_ID = 0x466f_4275;
export const BUNDLE_VERSION = 1;

/** Columns of each table, without the data of blobs, in the order in which their rows are hashed; and the order of the rows. */
export const BUNDLE_TABLES = {
  run: {
    columns: `name, status, status_reason, preset, engine, device, epoch, step, active_seconds, created_at, updated_at, keep_every,
      tags, notes, config, vocabulary, rejected, first_look, text_sha256, text_name`,
    order: 'name',
  },
  corpus: { columns: 'sha256, name, encoding, characters, vocabulary', order: 'sha256' },
  corpus_chunk: { columns: 'position, codec, sha256', order: 'position' },
  metric: {
    columns: 'step, epoch, loss, gradient_norm, learning_rate, milliseconds, active_seconds',
    order: 'step',
  },
  epoch: {
    columns: `epoch, last_step, steps, complete, train_loss, validation_loss, seconds, characters_per_second, learning_rate`,
    order: 'epoch',
  },
  checkpoint: {
    columns: `id, kind, epoch, step, active_seconds, train_loss, validation_loss, weights_bytes, optimizer_bytes, created_at,
      position_sha256, position`,
    order: 'id',
  },
  checkpoint_blob: { columns: 'checkpoint_id, kind, sha256', order: 'checkpoint_id, kind' },
  sample: {
    columns: 'id, epoch, step, stream, streams, origin, engine, app_version, created_at, settings, prompt, text',
    order: 'id',
  },
} as const;

export type BundleTable = keyof typeof BUNDLE_TABLES;
export const BUNDLE_TABLE_NAMES = Object.keys(BUNDLE_TABLES) as readonly BundleTable[]; // of just these

/** One statement a table, as it stands in the file: a file with any other is refused. */
export const BUNDLE_STATEMENTS: readonly string[] = [
  `CREATE TABLE run (
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  status_reason TEXT NOT NULL,
  preset TEXT NOT NULL,
  engine TEXT NOT NULL,
  device TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  step INTEGER NOT NULL,
  active_seconds REAL NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  keep_every INTEGER,
  tags TEXT NOT NULL,
  notes TEXT NOT NULL,
  config TEXT NOT NULL,
  vocabulary TEXT NOT NULL,
  rejected TEXT NOT NULL,
  first_look TEXT,
  text_sha256 TEXT,
  text_name TEXT
) STRICT`,
  `CREATE TABLE corpus (
  sha256 TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  encoding TEXT NOT NULL,
  characters INTEGER NOT NULL,
  vocabulary TEXT NOT NULL
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE corpus_chunk (
  position INTEGER PRIMARY KEY,
  codec TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  data BLOB NOT NULL
) STRICT`,
  `CREATE TABLE metric (
  step INTEGER PRIMARY KEY,
  epoch INTEGER NOT NULL,
  loss REAL,
  gradient_norm REAL,
  learning_rate REAL NOT NULL,
  milliseconds REAL NOT NULL,
  active_seconds REAL NOT NULL
) STRICT`,
  `CREATE TABLE epoch (
  epoch INTEGER PRIMARY KEY,
  last_step INTEGER NOT NULL,
  steps INTEGER NOT NULL,
  complete INTEGER NOT NULL,
  train_loss REAL,
  validation_loss REAL,
  seconds REAL NOT NULL,
  characters_per_second REAL NOT NULL,
  learning_rate REAL NOT NULL
) STRICT`,
  `CREATE TABLE checkpoint (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  step INTEGER NOT NULL,
  active_seconds REAL NOT NULL,
  train_loss REAL,
  validation_loss REAL,
  weights_bytes INTEGER NOT NULL,
  optimizer_bytes INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  position_sha256 TEXT NOT NULL,
  position TEXT NOT NULL
) STRICT`,
  `CREATE TABLE checkpoint_blob (
  id INTEGER PRIMARY KEY,
  checkpoint_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  data BLOB NOT NULL
) STRICT`,
  `CREATE TABLE sample (
  id INTEGER PRIMARY KEY,
  epoch INTEGER NOT NULL,
  step INTEGER,
  stream INTEGER NOT NULL,
  streams INTEGER,
  origin TEXT NOT NULL,
  engine TEXT NOT NULL,
  app_version TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  settings TEXT NOT NULL,
  prompt TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT`,
  `CREATE TABLE manifest (
  part TEXT PRIMARY KEY,
  rows INTEGER NOT NULL,
  sha256 TEXT NOT NULL
) STRICT, WITHOUT ROWID`,
];
