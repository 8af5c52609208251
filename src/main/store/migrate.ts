import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type Database from 'better-sqlite3';

import { FolioError } from '../../shared/errors.ts';

export interface Migration {
  /** The user_version of a file after it; the first is 1. */
  readonly version: number;
  readonly statements: string;
}

/** Marks a file as Folio's ("Foli" in ASCII), so that somebody else's database is never taken over. */
export const APPLICATION_ID = 0x466f_6c69;

/** The schema's version in the file: 0 for a new one. Throws when the file is somebody else's or a newer Folio's. */
export function fileVersion(db: Database.Database, newest: number): number {
  const version = db.pragma('user_version', { simple: true }) as number;
  const owner = db.pragma('application_id', { simple: true }) as number;
  if (owner !== APPLICATION_ID) {
    const objects = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
    if (owner !== 0 || version !== 0 || objects !== 0) {
      throw new FolioError(
        'damaged',
        `${db.name} is a database of another program`,
        'It was left untouched. Move it away, or name another folder with --data.',
      );
    }
  }
  if (version > newest) {
    throw new FolioError(
      'newer-database',
      `${db.name} was written by a newer Folio (format ${version}); this one knows formats up to ${newest}`,
      'Update Folio, or name another folder with --data. The file was left untouched.',
    );
  }
  return version;
}

/** Brings the file to the newest version, each step in one transaction; a file that holds data is backed up first. Returns the backup's path. */
export function migrate(db: Database.Database, migrations: readonly Migration[]): string | null {
  const newest = migrations.at(-1)?.version ?? 0;
  const from = fileVersion(db, newest);
  if (from === newest) return null;
  const backup = from === 0 ? null : backUp(db, from);
  for (const migration of migrations) {
    if (migration.version <= from) continue;
    db.transaction(() => {
      db.exec(migration.statements);
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${migration.version}`);
      const broken = db.pragma('foreign_key_check') as unknown[];
      if (broken.length > 0)
        throw new FolioError('internal', `migration ${migration.version} leaves ${broken.length} broken references`);
    }).immediate();
  }
  return backup;
}

/** Copies the database to backups/folio-v<version>.db (the first free name); a copy appears there whole or not at all. */
function backUp(db: Database.Database, version: number): string {
  const folder = join(dirname(db.name), 'backups');
  mkdirSync(folder, { recursive: true });
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const target = join(folder, `folio-v${version}-${stamp}.db`);
  const partial = `${target}.partial`;
  try {
    db.prepare('VACUUM INTO ?').run(partial);
    const file = openSync(partial, 'r+');
    fsyncSync(file);
    closeSync(file);
    renameSync(partial, target);
  } finally {
    rmSync(partial, { force: true });
  }
  return target;
}
