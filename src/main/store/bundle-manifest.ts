import { createHash } from 'node:crypto';

import { BUNDLE_TABLE_NAMES, BUNDLE_TABLES, type BundleTable } from './bundle-schema.ts';
import type { Sql, Value } from './sql.ts';

/** One table of a bundle: how many rows it has, and the SHA-256 of all of them. */
export interface ManifestPart {
  readonly part: BundleTable;
  readonly rows: number;
  readonly sha256: string;
}

/**
 * What the rows come to: each as a JSON array of its columns and a line feed, in the order of BUNDLE_TABLES. The data of blobs are not read:
 * their hashes stand in the rows.
 */
export function manifestOf(sql: Sql): ManifestPart[] {
  return BUNDLE_TABLE_NAMES.map((part) => {
    const { columns, order } = BUNDLE_TABLES[part];
    const hash = createHash('sha256');
    let rows = 0;
    const statement = sql.db.prepare<[], Value[]>(`SELECT ${columns} FROM ${part} ORDER BY ${order}`).raw();
    for (const row of statement.iterate()) {
      hash.update(`${JSON.stringify(row)}\n`);
      rows += 1;
    }
    return { part, rows, sha256: hash.digest('hex') };
  });
}
