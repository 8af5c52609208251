/** A run carried from one record to another in a file: the same run, or nothing. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initialWeights } from '../../src/main/model/initializers.ts';
import { encodeSafetensors } from '../../src/main/model/safetensors.ts';
import { createBundleService, type BundleService } from '../../src/main/services/bundles.ts';
import { createTrashService } from '../../src/main/services/trash.ts';
import { formatPosition } from '../../src/main/services/training-position.ts';
import { manifestOf } from '../../src/main/store/bundle-manifest.ts';
import { CheckpointWriter } from '../../src/main/store/checkpoint-writer.ts';
import { openStore } from '../../src/main/store/open.ts';
import { Sql } from '../../src/main/store/sql.ts';
import type { NewCheckpoint, Store } from '../../src/main/store/types.ts';
import type { RunConfig } from '../../src/shared/config.ts';
import type { RunDetail } from '../../src/shared/domain.ts';
import type { ImportedBundle } from '../../src/shared/keeping.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { addText, epochCheckpoint, KEEP_ALL, metric, sample } from '../store/support.ts';

const ENTRY = pathToFileURL(join(import.meta.dirname, '../../src/main/services/bundle-worker.ts'));
const TEXT = 'to be or not to be, that is the question. 字😀\n'.repeat(30);
const CONFIG: RunConfig = { ...PRESETS.quick.config, layers: 1, embeddingSize: 3, units: 4 };
const ALL = { checkpoints: 'all', text: true } as const;
const NEWEST = { checkpoints: 'newest', text: true } as const;
const nothing = (): void => undefined;

let folder: string;
let here: Store;
let there: Store;
let closing: (() => void)[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folio-bundles-'));
  closing = [];
  here = open('here');
  there = open('there');
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
  rmSync(folder, { recursive: true, force: true });
});

function open(name: string, options: { maxPages?: number } = {}): Store {
  const store = openStore(join(folder, name), { mode: 'write', ...options });
  closing.push(() => store.close());
  return store;
}

const bundles = (store: Store): BundleService => createBundleService(store, { entry: ENTRY });
const file = (): string => join(folder, 'run.folio');

function weights(seed: number, vocabularySize: number): Uint8Array {
  return encodeSafetensors(
    initialWeights({ cell: CONFIG.cell, layers: 1, embeddingSize: 3, units: 4, vocabularySize }, seed),
    {},
  );
}

/** As the trainer makes them: whole files of arrays, and a position that can be gone on from. */
function checkpoint(run: number, epoch: number, size: number, change: Partial<NewCheckpoint> = {}): NewCheckpoint {
  const step = change.step ?? epoch * 10;
  const position = {
    ...{ step, epoch: epoch + 1, stepInEpoch: 0, activeSeconds: step / 10, lossSum: 0, epochSeconds: 0 },
    ...{ bestValidationLoss: null, bestEpoch: null, epochsWithoutImprovement: 0 },
  };
  return {
    ...epochCheckpoint(run, epoch),
    position: formatPosition(position),
    weights: weights(step, size),
    optimizer: encodeSafetensors(new Map([['state', { shape: [3], data: Float32Array.of(step, 2, 3) }]]), {}),
    ...change,
  };
}

function addRun(store: Store, epochs = 3, change: Partial<RunDetail> = {}): number {
  const corpusId = addText(store, TEXT, 'Hamlet');
  const { vocabulary } = store.corpus(corpusId);
  const run = store.createRun({
    name: 'a run',
    preset: 'quick',
    corpusId,
    config: CONFIG,
    vocabulary,
    status: 'queued',
    keepEvery: 2,
  });
  store.setRunEngine(run, 'wasm', 'CPU, 2 threads');
  store.noteBeginning(run, { rejected: [{ engine: 'webgpu', reason: 'no adapter' }] });
  for (let epoch = 1; epoch <= epochs; epoch++)
    store.recordCheckpoint(checkpoint(run, epoch, vocabulary.length), KEEP_ALL);
  store.editRun(run, { notes: 'mine\n“字”', tags: ['a', '字'] });
  store.setRunStatus(run, change.status ?? 'stopped', 'stopped by a person');
  return run;
}

/** All that a run is, without the numbers that only its record knows it by. */
function essence(store: Store, id: number): unknown {
  const { id: _, corpusId, checkpoints, ...run } = store.run(id);
  const text = corpusId === null ? null : Buffer.concat([...store.corpusChunks(corpusId)]).toString();
  const blobs = checkpoints.map(({ id: _id, ...rest }) => {
    const bytes = rest.bytes === 0 ? null : Buffer.from(store.checkpointWeights(_id)).toString('hex');
    return { ...rest, weights: bytes };
  });
  const samples = store.samples(id).map(({ id: _id, runId: _run, ...rest }) => rest);
  const point = store.resumePoint(id);
  const resume = point === null ? null : [point.position, Buffer.from(point.optimizer).toString('hex')];
  return {
    run,
    text,
    blobs,
    samples,
    resume,
    metrics: store.metrics(id),
    beginning: store.beginning(id),
    positions: store.epochPositions(id),
  };
}

const imported = (result: ImportedBundle): number => {
  if (result.kind !== 'imported') throw new Error(`it was ${result.kind}`);
  return result.run;
};

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

describe('given up', () => {
  it.each([0, 1, 2, 4, 6])('while it is read (after %i pieces): nothing is left', async (pieces) => {
    await bundles(here).exportRun(addRun(here), file(), ALL, nothing);
    const controller = new AbortController();
    let heard = 0;
    const progress = (): void => {
      if (++heard >= pieces) controller.abort();
    };
    if (pieces === 0) controller.abort();
    await expect(bundles(there).importRun(file(), { progress, signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect([there.listRuns(), there.corpora()]).toEqual([[], []]);
    await createTrashService(there).empty(0);
    expect([there.anyToPurge(), there.check()]).toEqual([false, []]);
  });

  it('while it is written: what had the name stays, and nothing lies beside it', async () => {
    const run = addRun(here);
    writeFileSync(file(), 'before');
    const controller = new AbortController();
    const made = bundles(here).exportRun(run, file(), ALL, () => controller.abort(), controller.signal);
    await expect(made).rejects.toMatchObject({ code: 'cancelled' });
    expect([readFileSync(file(), 'utf8'), readdirSync(folder).sort()]).toEqual([
      'before',
      ['here', 'run.folio', 'there'],
    ]);
  });

  it('by the end of the program: the next start frees what is left', async () => {
    await bundles(here).exportRun(addRun(here), file(), ALL, nothing);
    let pieces = 0;
    const dying: Store = Object.assign(Object.create(there) as Store, {
      importPiece: (...args: Parameters<Store['importPiece']>) => {
        if (++pieces > 3) throw new Error('the power went');
        return there.importPiece(...args);
      },
      writable: () => null,
      findCorpus: () => null,
      listRuns: () => [],
      path: there.path,
    });
    await expect(bundles(dying).importRun(file())).rejects.toThrow('the power went');
    expect([there.listRuns(), there.trashed(), there.anyToPurge()]).toEqual([[], [], false]);
    there.close();
    const again = open('there');
    expect([again.listRuns(), again.corpora(), again.anyToPurge()]).toEqual([[], [], true]);
    await createTrashService(again).empty(0);
    expect([again.anyToPurge(), again.check()]).toEqual([false, []]);
  });

  it('by the disk: where there is no room nothing is left, and that is said', async () => {
    const run = addRun(here, 3);
    here.addSamples([{ ...sample(run, 3), text: 'x'.repeat(300_000) }]);
    await expect(bundles(here).exportRun(run, file(), { ...ALL, maxPages: 12 }, nothing)).rejects.toMatchObject({
      code: 'file',
    });
    expect(readdirSync(folder).sort()).toEqual(['here', 'there']);
    await bundles(here).exportRun(run, file(), ALL, nothing);
    openStore(join(folder, 'full'), { mode: 'write' }).close();
    const empty = new Database(join(folder, 'full', 'folio.db'));
    const pages = empty.pragma('page_count', { simple: true }) as number;
    empty.close();
    const full = open('full', { maxPages: pages + 3 });
    await expect(bundles(full).importRun(file())).rejects.toMatchObject({
      code: 'file',
      message: expect.stringContaining('there is no room left') as string,
    });
    expect([full.listRuns(), full.corpora()]).toEqual([[], []]);
  });
});
