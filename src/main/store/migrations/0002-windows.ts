import type { Migration } from '../migrate.ts';

/**
 * What windows need of the record: putting away and taking back, and what a run and a text were made with.
 *
 * `deleted_at` is when a person deleted something: it is no longer shown, and can be had back. 0 means that it is being purged: there
 * is no way back, and what is left of it goes piece by piece.
 */
export const windows: Migration = {
  version: 2,
  statements: `
    ALTER TABLE run ADD COLUMN archived_at INTEGER;
    ALTER TABLE run ADD COLUMN deleted_at INTEGER;
    ALTER TABLE run ADD COLUMN keep_every INTEGER CHECK (keep_every >= 1);   -- of so many epochs one keeps its weights; NULL is all
    ALTER TABLE corpus ADD COLUMN deleted_at INTEGER;
    ALTER TABLE corpus ADD COLUMN complete INTEGER NOT NULL DEFAULT 1 CHECK (complete IN (0, 1));   -- 0 while its text is being stored
    ALTER TABLE sample ADD COLUMN deleted_at INTEGER;
    ALTER TABLE sample ADD COLUMN streams INTEGER CHECK (streams >= 1);      -- texts written at once; NULL where it was not noted

    -- A run's row holds its vocabulary before these columns: a list finds them here and does not walk through its pages.
    CREATE INDEX run_listed ON run (deleted_at, archived_at);
    DROP INDEX run_corpus;
    CREATE INDEX run_corpus ON run (corpus_id, deleted_at);
    DROP INDEX sample_run;
    CREATE INDEX sample_run ON sample (run_id, deleted_at, origin, epoch);
    CREATE INDEX sample_deleted ON sample (deleted_at) WHERE deleted_at IS NOT NULL;
  `,
};
