/** A run carried from one record to another in a file: the same run, or nothing. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { createBackupService } from '../../src/main/services/backup.ts';
import { createBundleService } from '../../src/main/services/bundles.ts';
import { CheckpointWriter } from '../../src/main/store/checkpoint-writer.ts';
import type { RunDetail } from '../../src/shared/domain.ts';
import { addText, KEEP_ALL, metric, sample } from '../store/support.ts';
import {
  addRun,
  ALL,
  bundles,
  checkpoint,
  closing,
  ENTRY,
  essence,
  file,
  folder,
  here,
  imported,
  NEWEST,
  nothing,
  TEXT,
  there,
  useRecords,
} from './bundles-harness.ts';
import fc from '../property.ts';

useRecords();

it('hands the weights that it read over to the thread that stores them, and keeps no copy', async () => {
  await bundles(here).exportRun(addRun(here), file(), ALL, nothing);
  const writer = new CheckpointWriter(there.path);
  closing.unshift(() => writer.close());
  const lengths: number[] = [];
  const watched = {
    importPiece: async (...[piece, target, moved]: Parameters<CheckpointWriter['importPiece']>) => {
      const stored = writer.importPiece(piece, target, moved);
      if (piece.type === 'checkpoint' && piece.checkpoint.weights !== null)
        lengths.push(piece.checkpoint.weights.data.byteLength);
      return stored;
    },
  };
  await createBundleService(there, { entry: ENTRY, writer: watched }).importRun(file());
  expect([lengths.length > 0, lengths.filter((length) => length > 0)]).toEqual([true, []]);
});

describe('a run in a file', () => {
  it('is the same run in another record', async () => {
    const run = addRun(here);
    const made = await bundles(here).exportRun(run, file(), ALL, nothing);
    expect(made).toMatchObject({ checkpoints: 3, resumable: true, damage: [], replaced: false });
    const other = imported(await bundles(there).importRun(file()));
    expect(essence(there, other)).toEqual(essence(here, run));
    expect([there.check(), readdirSync(folder).sort()]).toEqual([[], ['here', 'run.folio', 'there']]);
  });

  it('does not take the place of a backup', async () => {
    const run = addRun(here);
    await createBackupService(() => here.path).backUp(file(), nothing);
    const before = statSync(file()).size;
    await expect(bundles(here).exportRun(run, file(), ALL, nothing)).rejects.toThrow(
      'only another backup takes its place',
    );
    expect(statSync(file()).size).toBe(before);
  });

  it('comes in from a Folio that knew no dropout of the weights of recurrence', async () => {
    const run = addRun(here);
    const older = new Database(here.path);
    older.prepare(`UPDATE run SET config = json_remove(config, '$.weightDrop')`).run();
    older.close();
    await bundles(here).exportRun(run, file(), ALL, nothing);
    const bundle = new Database(file(), { readonly: true });
    const config = bundle.prepare('SELECT config FROM run').pluck().get();
    bundle.close();
    expect([typeof config, String(config).includes('units'), String(config).includes('weightDrop')]).toEqual([
      ...['string', true, false],
    ]);
    const other = imported(await bundles(there).importRun(file()));
    expect([there.run(other).config.weightDrop, essence(there, other)]).toEqual([0, essence(here, run)]);
  });

  it('is the same whatever a run can be', async () => {
    const number = fc.oneof(fc.double({ noNaN: true, min: 0, max: 10 }), fc.constant(Infinity));
    const words = fc.string({ unit: 'grapheme', maxLength: 30 });
    const arbitrary = fc.record({
      epochs: fc.integer({ min: 0, max: 3 }),
      losses: fc.array(fc.oneof(number, fc.constant(Number.NaN)), { maxLength: 12 }),
      texts: fc.array(fc.tuple(words, words), { maxLength: 4 }),
      notes: words,
      tags: fc.array(
        words.filter((tag) => tag !== ''),
        { maxLength: 3 },
      ),
      status: fc.constantFrom('finished' as const, 'stopped' as const, 'interrupted' as const, 'failed' as const),
      recovery: fc.boolean(),
    });
    let count = 0;
    await fc.assert(
      fc.asyncProperty(arbitrary, async ({ epochs, losses, texts, notes, tags, status, recovery }) => {
        const run = addRun(here, epochs, { status });
        const size = here.run(run).vocabulary.length;
        here.appendMetrics(
          run,
          losses.map((loss, i) => ({ ...metric(1000 + i, epochs + 1), loss, gradientNorm: i % 2 === 0 ? null : loss })),
        );
        here.addSamples(texts.map(([prompt, text]) => ({ ...sample(run, epochs), prompt, text, origin: 'generate' })));
        here.editRun(run, { notes, tags });
        if (recovery) {
          const inside = checkpoint(run, epochs + 1, size, {
            kind: 'recovery',
            step: 2000,
            epochRecord: null,
            samples: [],
            metrics: [],
          });
          here.recordCheckpoint(inside, KEEP_ALL);
        }
        const path = join(folder, `${++count}.folio`);
        await bundles(here).exportRun(run, path, ALL, nothing);
        const other = imported(await bundles(there).importRun(path, { copy: true, name: here.run(run).name }));
        const { run: was, ...rest } = essence(here, run) as { run: RunDetail };
        expect(essence(there, other)).toEqual({ run: { ...was, name: there.run(other).name }, ...rest });
      }),
      { numRuns: 8 },
    );
  }, 60_000);

  it('has the best and the last weights, and what training goes on from, unless all are asked for', async () => {
    const run = addRun(here, 4);
    const made = await bundles(here).exportRun(run, file(), NEWEST, nothing);
    expect(made).toMatchObject({ checkpoints: 1, resumable: true }); // the last is the best
    const other = imported(await bundles(there).importRun(file()));
    const { checkpoints, epochs, bestEpoch } = there.run(other);
    expect(checkpoints.map(({ epoch, bytes }) => [epoch, bytes > 0])).toEqual([
      [1, false],
      [2, false],
      [3, false],
      [4, true],
    ]);
    expect([epochs, bestEpoch]).toEqual([here.run(run).epochs, here.run(run).bestEpoch]);
    const [mine, its] = [here.resumePoint(run), there.resumePoint(other)];
    expect([its?.position, its?.weights, its?.optimizer]).toEqual([mine?.position, mine?.weights, mine?.optimizer]);
  });

  it('is one state of a run that trains, and can be gone on with', async () => {
    const run = addRun(here, 2, { status: 'running' });
    const exporting = bundles(here).exportRun(run, file(), NEWEST, nothing);
    here.appendMetrics(run, [metric(30, 3)]);
    await exporting;
    const { status, statusReason } = there.run(imported(await bundles(there).importRun(file())));
    expect([status, statusReason]).toEqual([
      'interrupted',
      'it was exported while it trained; it can be resumed from the end of epoch 2 (step 20)',
    ]);
  });

  it('leaves out weights that are damaged, says so, and goes on from those before', async () => {
    const run = addRun(here, 3);
    const db = new Database(here.path);
    db.prepare("UPDATE checkpoint_blob SET data = zeroblob(9) WHERE kind = 'weights' AND checkpoint_id = 3").run();
    db.close();
    const made = await bundles(here).exportRun(run, file(), NEWEST, nothing);
    expect(made.damage).toEqual([
      'the checkpoint of epoch 3 (step 30, number 3): its weights data does not match its SHA-256',
    ]);
    const other = imported(await bundles(there).importRun(file()));
    expect(there.resumePoint(other)?.checkpoint.epoch).toBe(2);
    expect(there.check()).toEqual([]);
  });

  it('leaves out a checkpoint whose position is damaged, says so, and goes on from the one before', async () => {
    const run = addRun(here, 3);
    const db = new Database(here.path);
    db.prepare("UPDATE checkpoint SET position = replace(position, '3', '4') WHERE id = 3").run();
    db.close();
    const made = await bundles(here).exportRun(run, file(), NEWEST, nothing);
    expect(made).toMatchObject({
      resumable: true,
      damage: ['the checkpoint of epoch 3 (step 30, number 3): the stored position does not match its SHA-256'],
    });
    const other = imported(await bundles(there).importRun(file()));
    expect(there.resumePoint(other)?.checkpoint.epoch).toBe(2);
    expect(there.check()).toEqual([]);
  });

  it('does not ask for another export where the record itself is wrong', async () => {
    const run = addRun(here, 3);
    const db = new Database(here.path);
    db.prepare("UPDATE run SET preset = '' WHERE id = ?").run(run);
    db.close();
    await expect(bundles(here).exportRun(run, file(), NEWEST, nothing)).rejects.toMatchObject({
      code: 'damaged',
      message: `run ${run} holds something that no Folio would take from a file: the table run, column 4, is not what Folio writes`,
      hint: expect.stringContaining('Make a backup instead') as string,
    });
    expect(readdirSync(folder).toSorted()).toEqual(['here', 'there']);
  });

  it('is stored by the other thread when there is one, and its text once', async () => {
    const run = addRun(here);
    await bundles(here).exportRun(run, file(), ALL, nothing);
    const writer = new CheckpointWriter(there.path);
    closing.unshift(() => writer.close());
    there.shareWith(() => writer.stored());
    const aside = createBundleService(there, { entry: ENTRY, writer });
    const [one, two] = [
      imported(await aside.importRun(file())),
      imported(await aside.importRun(file(), { copy: true })),
    ];
    expect(essence(there, one)).toEqual(essence(here, run));
    expect([there.run(two).name, there.corpora().length, there.check()]).toEqual(['a run (2)', 1, []]);
  });

  it('that is here already is recognised, and nothing is stored', async () => {
    const run = addRun(here);
    await bundles(here).exportRun(run, file(), ALL, nothing);
    expect(await bundles(here).importRun(file())).toEqual({
      kind: 'already',
      run,
      name: 'a run',
      step: 30,
      fileStep: 30,
    });
    const other = imported(await bundles(there).importRun(file()));
    there.editRun(other, { name: 'renamed' });
    expect(await bundles(there).importRun(file())).toMatchObject({ kind: 'already', run: other, name: 'renamed' });
    expect([here.listRuns().length, there.listRuns().length]).toEqual([1, 1]);
  });

  it('without its text waits for it, and knows it by its hash', async () => {
    const run = addRun(here);
    await bundles(here).exportRun(run, file(), { ...NEWEST, text: false }, nothing);
    const result = await bundles(there).importRun(file());
    const { sha256 } = here.corpora()[0] ?? { sha256: '' };
    expect(result).toMatchObject({ kind: 'imported', awaitedText: { sha256, name: 'Hamlet' } });
    const other = imported(result);
    expect(there.run(other)).toMatchObject({ corpusId: null, awaitedText: { sha256, name: 'Hamlet' } });
    addText(there, 'another text', 'another');
    expect(there.run(other).corpusId).toBeNull();
    const corpusId = addText(there, TEXT, 'as it is called here');
    expect(there.run(other)).toMatchObject({ corpusId, corpus: 'as it is called here', awaitedText: null });
    // It is carried on as it is, and one that arrives where its text is has it at once.
    await bundles(there).exportRun(other, join(folder, 'again.folio'), { ...NEWEST, text: false }, nothing);
    expect(await bundles(here).importRun(join(folder, 'again.folio'), { copy: true })).toMatchObject({
      awaitedText: null,
    });
  });
});
