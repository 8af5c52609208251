import type { Migration } from '../migrate.ts';

/**
 * The first schema. Large columns come last in their row, so that a list does not walk through their overflow pages.
 * Sizes of blobs stand beside them (weights_bytes, optimizer_bytes, stored_bytes): no list ever reads a blob.
 */
export const initial: Migration = {
  version: 1,
  statements: `
    CREATE TABLE setting (
      key TEXT PRIMARY KEY,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE corpus (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      sha256 TEXT NOT NULL UNIQUE,              -- of the text as UTF-8, hexadecimal
      name TEXT NOT NULL,
      encoding TEXT NOT NULL,
      characters INTEGER NOT NULL,              -- code points
      vocabulary_size INTEGER NOT NULL,
      stored_bytes INTEGER NOT NULL,            -- compressed
      created_at INTEGER NOT NULL,
      vocabulary TEXT NOT NULL                  -- JSON array in id order
    ) STRICT;

    CREATE TABLE corpus_chunk (
      id INTEGER PRIMARY KEY,
      corpus_id INTEGER NOT NULL REFERENCES corpus (id) ON DELETE CASCADE,
      position INTEGER NOT NULL,                -- 0 for the first
      codec TEXT NOT NULL CHECK (codec IN ('zstd', 'brotli')),
      data BLOB NOT NULL,
      UNIQUE (corpus_id, position)
    ) STRICT;

    CREATE TABLE run (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL,
      status TEXT NOT NULL CHECK (status IN
        ('queued', 'running', 'paused', 'stopping', 'finished', 'stopped', 'interrupted', 'failed')),
      status_reason TEXT NOT NULL DEFAULT '',
      preset TEXT NOT NULL,
      corpus_id INTEGER REFERENCES corpus (id), -- NULL for imported weights
      engine TEXT NOT NULL DEFAULT '',
      device TEXT NOT NULL DEFAULT '',
      epoch INTEGER NOT NULL DEFAULT 0,
      step INTEGER NOT NULL DEFAULT 0,
      active_seconds REAL NOT NULL DEFAULT 0,
      best_epoch INTEGER,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      tags TEXT NOT NULL DEFAULT '[]',          -- JSON array of strings
      notes TEXT NOT NULL DEFAULT '',
      config TEXT NOT NULL,                     -- JSON, runConfigSchema
      vocabulary TEXT NOT NULL                  -- JSON array in id order
    ) STRICT;
    CREATE INDEX run_corpus ON run (corpus_id);

    CREATE TABLE metric (
      run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
      step INTEGER NOT NULL,
      epoch INTEGER NOT NULL,
      loss REAL,                                -- NULL is NaN
      gradient_norm REAL,
      learning_rate REAL NOT NULL,
      milliseconds REAL NOT NULL,
      active_seconds REAL NOT NULL,
      PRIMARY KEY (run_id, step)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE epoch (
      run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
      epoch INTEGER NOT NULL,                   -- 1 for the first
      last_step INTEGER NOT NULL,               -- of the run, when the epoch ended
      steps INTEGER NOT NULL,
      complete INTEGER NOT NULL CHECK (complete IN (0, 1)),
      train_loss REAL,                          -- NULL is NaN
      validation_loss REAL,
      seconds REAL NOT NULL,
      characters_per_second REAL NOT NULL,
      learning_rate REAL NOT NULL,
      PRIMARY KEY (run_id, epoch)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE checkpoint (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
      kind TEXT NOT NULL CHECK (kind IN ('epoch', 'recovery')),
      epoch INTEGER NOT NULL,
      step INTEGER NOT NULL,
      active_seconds REAL NOT NULL,
      train_loss REAL,
      validation_loss REAL,
      weights_bytes INTEGER NOT NULL,           -- 0 when thinned out
      optimizer_bytes INTEGER NOT NULL,         -- 0 when there is none
      created_at INTEGER NOT NULL,
      position_sha256 TEXT NOT NULL,
      position TEXT NOT NULL                    -- TrainingPosition, JSON
    ) STRICT;
    CREATE INDEX checkpoint_run ON checkpoint (run_id, step, weights_bytes, optimizer_bytes);

    CREATE TABLE checkpoint_blob (
      id INTEGER PRIMARY KEY,
      checkpoint_id INTEGER NOT NULL REFERENCES checkpoint (id) ON DELETE CASCADE,
      kind TEXT NOT NULL CHECK (kind IN ('weights', 'optimizer')),
      sha256 TEXT NOT NULL,
      data BLOB NOT NULL,
      UNIQUE (checkpoint_id, kind)
    ) STRICT;

    CREATE TABLE sample (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
      epoch INTEGER NOT NULL,
      step INTEGER,                             -- of the checkpoint it was stored with; NULL for one made on request
      stream INTEGER NOT NULL,
      origin TEXT NOT NULL CHECK (origin IN ('training', 'generate')),
      engine TEXT NOT NULL,
      app_version TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      settings TEXT NOT NULL,                   -- SampleSettings, JSON
      prompt TEXT NOT NULL,
      text TEXT NOT NULL
    ) STRICT;
    CREATE INDEX sample_run ON sample (run_id);
  `,
};
