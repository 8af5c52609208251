import type { Migration } from '../migrate.ts';

/**
 * A run that was carried here without its text goes on when the same text is added: it is known by its hash. Null for runs that have
 * their text, and for weights of other programs, whose text nobody knows.
 */
export const awaitedText: Migration = {
  version: 4,
  statements: `
    ALTER TABLE run ADD COLUMN awaited_sha256 TEXT;   -- of the text as UTF-8, hexadecimal
    ALTER TABLE run ADD COLUMN awaited_name TEXT;     -- what it was called there
  `,
};
