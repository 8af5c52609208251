/** Files that are no run, or no longer the one that was exported: refused, and nothing is left of them. */
import { readFileSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { createTrashService } from '../../src/main/services/trash.ts';
import { manifestOf } from '../../src/main/store/bundle-manifest.ts';
import { Sql } from '../../src/main/store/sql.ts';
import type { ImportedBundle } from '../../src/shared/keeping.ts';
import { addRun, ALL, bundles, essence, file, here, imported, nothing, there, useRecords } from './bundles-harness.ts';
import fc from '../property.ts';

useRecords();

describe('a file that is not as it was', () => {
  const damages: readonly [string, (bytes: Buffer) => Buffer][] = [
    ['cut off', (bytes) => bytes.subarray(0, bytes.length - 20_000)],
    ['empty', () => Buffer.alloc(0)],
    ['a text', () => Buffer.from('hello, this is no run'.repeat(50))],
    ['a part of a header', (bytes) => bytes.subarray(0, 60)],
    [
      'with a log that is not there',
      (bytes) => Buffer.concat([bytes.subarray(0, 18), Buffer.of(2, 2), bytes.subarray(20)]),
    ],
  ];

  it.each(damages)('(%s) is refused, and nothing is left of it', async (_, damage) => {
    await bundles(here).exportRun(addRun(here), file(), ALL, nothing);
    writeFileSync(file(), damage(readFileSync(file())));
    await expect(bundles(there).importRun(file())).rejects.toMatchObject({ name: 'FolioError', code: 'file' });
    expect([there.listRuns(), there.corpora(), there.anyToPurge()]).toEqual([[], [], false]);
  });

  it('in any one byte is refused or harmless, and never half imported', async () => {
    const run = addRun(here);
    await bundles(here).exportRun(run, file(), ALL, nothing);
    const whole = readFileSync(file());
    const expected = essence(here, run);
    const place = fc.tuple(fc.integer({ min: 0, max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(place, async ([at, by]) => {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ by;
        writeFileSync(file(), bytes);
        const result = await bundles(there)
          .importRun(file(), { copy: true, name: 'a run' })
          .catch((error: unknown) => error);
        if (result instanceof Error) expect(result.name, result.stack).toBe('FolioError');
        else {
          const id = imported(result as ImportedBundle);
          expect(essence(there, id)).toEqual(expected);
          there.deleteRun(id);
        }
        expect(there.listRuns()).toEqual([]);
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  const hostile: readonly [string, string][] = [
    ['a trigger', 'CREATE TRIGGER evil AFTER INSERT ON sample BEGIN DELETE FROM run; END'],
    ['a view in the place of a table', 'DROP TABLE epoch; CREATE VIEW epoch AS SELECT * FROM metric'],
    ['another table', 'CREATE TABLE more (a)'],
    ['an index', 'CREATE INDEX i ON metric (loss)'],
    ['a virtual table', 'CREATE VIRTUAL TABLE v USING fts5 (a)'],
    ['a generated column', 'ALTER TABLE epoch ADD COLUMN g INTEGER AS (1)'],
    ['two runs', 'INSERT INTO run SELECT * FROM run'],
    ['other losses', 'UPDATE metric SET loss = loss + 1'],
    ['no manifest', 'DELETE FROM manifest'],
    ['a text that is too long', 'UPDATE sample SET text = CAST(zeroblob(20000000) AS TEXT)'],
  ];
  it.each(hostile)('(with %s) is refused, and nothing is left of it', async (_, statement) => {
    await bundles(here).exportRun(addRun(here), file(), ALL, nothing);
    tamper(statement, false);
    await expect(bundles(there).importRun(file())).rejects.toMatchObject({ name: 'FolioError', code: 'file' });
    expect([there.listRuns(), there.corpora()]).toEqual([[], []]);
  });

  /** Of one who knows how the hashes are made. */
  const consistent: readonly [string, string][] = [
    ['a configuration that is none', "UPDATE run SET config = '{}'"],
    ['a status that it cannot have', "UPDATE run SET status = 'running'"],
    ['tags that are none', "UPDATE run SET tags = '{}'"],
    ['another vocabulary', `UPDATE run SET vocabulary = '["a","b"]'`],
    ['characters twice', `UPDATE run SET vocabulary = replace(vocabulary, '"b"', '"a"')`],
    ['a moment that is none', 'UPDATE run SET created_at = -1'],
    ['a missing piece of text', 'DELETE FROM corpus_chunk'],
    ['another text', "UPDATE corpus SET sha256 = replace(hex(zeroblob(32)), '0', '1')"],
    ['a text that expands', "UPDATE corpus_chunk SET codec = 'brotli'"],
    ['weights without a checkpoint', 'UPDATE checkpoint_blob SET checkpoint_id = 77 WHERE id = 1'],
    ['weights of another size', 'UPDATE checkpoint SET weights_bytes = 5 WHERE id = 1'],
    ['an optimizer without weights', 'UPDATE checkpoint SET weights_bytes = 0 WHERE id = 1'],
    ['a position that is none', "UPDATE checkpoint SET position = '{}'"],
    ['settings that are none', "UPDATE sample SET settings = '[]'"],
    ['an epoch 0', 'UPDATE epoch SET epoch = 0 WHERE epoch = 1'],
  ];
  it.each(consistent)(
    '(with %s and a manifest that fits) is refused, and nothing is left of it',
    async (_, statement) => {
      await bundles(here).exportRun(addRun(here), file(), ALL, nothing);
      tamper(statement, true);
      const error: unknown = await bundles(there)
        .importRun(file())
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: 'FolioError' });
      expect(['file', 'vocabulary', 'damaged']).toContain((error as { code: string }).code);
      expect([there.listRuns(), there.corpora()]).toEqual([[], []]);
      expect(await createTrashService(there).empty(0)).toBeDefined();
      expect([there.anyToPurge(), there.check()]).toEqual([false, []]);
    },
  );

  it('is refused when a newer Folio made it, in clear words', async () => {
    await bundles(here).exportRun(addRun(here), file(), ALL, nothing);
    tamper('PRAGMA user_version = 2', false);
    await expect(bundles(there).importRun(file())).rejects.toMatchObject({
      code: 'newer-database',
      message: `${file()} was exported by a newer Folio (format 2); this one knows formats up to 1`,
    });
  });

  it('is refused when it is a record', async () => {
    addRun(here);
    await expect(bundles(there).importRun(here.path)).rejects.toMatchObject({
      message: `${here.path} is a whole record, or a backup of one, and not a single run`,
    });
  });

  function tamper(statements: string, sign: boolean): void {
    const db = new Database(file());
    db.exec(statements);
    if (sign) {
      db.exec('DELETE FROM manifest');
      for (const { part, rows, sha256 } of manifestOf(new Sql(db))) {
        db.prepare('INSERT INTO manifest VALUES (?, ?, ?)').run(part, rows, sha256);
      }
    }
    db.close();
  }
});
