/** One owner of the record: what replaces it, what keeps that from beginning, and what is left to do afterwards. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Host } from '../../src/main/api/host.ts';
import { createApp, type FolioApp } from '../../src/main/app.ts';
import { locatedFolder } from '../../src/main/services/location.ts';
import { RecordOwner, type LongWork, type Replacing } from '../../src/main/services/replacing.ts';
import type { CopyProgress } from '../../src/shared/keeping.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { FakeTrainer } from '../support/fake-trainer.ts';
import { addRun } from '../store/support.ts';

let folder: string;
let data: string;
let backup: string;
let elsewhere: string;
let app: FolioApp;
const nothing = (): void => undefined;
const training = { preset: 'quick', config: PRESETS.quick.config, engine: 'auto' } as const;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'folio-replacing-'));
  vi.stubEnv('XDG_DATA_HOME', folder);
  vi.stubEnv('FOLIO_DATA', '');
  [data, backup, elsewhere] = [join(folder, 'folio'), join(folder, 'backup.db'), join(folder, 'elsewhere')];
  app = open(data);
  addRun(app.store, 'of then');
  await app.keeping.backups.backUp(backup, nothing);
  addRun(app.store, 'of now');
});
afterEach(() => {
  app.close();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function open(dataDir: string): FolioApp {
  const startTrainer = (): FakeTrainer => new FakeTrainer();
  return createApp({ dataDir, startTrainer, mode: 'write', log: (line) => expect.unreachable(line) });
}
const names = (): string[] =>
  app.store
    .listRuns()
    .map(({ name }) => name)
    .toSorted();
const moves = (): FolioApp['keeping']['moves'] => app.keeping.moves;
const restores = (): FolioApp['keeping']['restores'] => app.keeping.restores;

/** Calls once, when the work is that far. */
function at(phase: CopyProgress['phase'], work: () => void): (progress: CopyProgress) => void {
  let isDone = false;
  return (progress) => {
    if (isDone || progress.phase !== phase) return;
    isDone = true;
    work();
  };
}

// Only on Linux does a variable name the folder that a record can be moved from.
describe.skipIf(process.platform !== 'linux')('a move and a restore', () => {
  it('know of each other: a restore that is begun and cancelled does not let anything be written while a move copies', async () => {
    let refused: Promise<unknown> | undefined;
    await moves().move(
      elsewhere,
      at('copy', () => {
        refused = restores()
          .restore(backup, nothing, AbortSignal.abort())
          .catch((error: unknown) => error);
        void refused.then(() => expect(() => addRun(app.store, 'lost work')).toThrow('the record is being moved'));
      }),
    );
    expect(await refused).toMatchObject({
      code: 'busy',
      message: 'the record is being moved',
      hint: 'Wait until it has ended, or cancel it.',
    });
    app.close();
    app = open(locatedFolder(data));
    expect([app.dataDir, names()]).toEqual([elsewhere, ['of now', 'of then']]);
  });

  it('know of each other: a move is refused while a backup is put in place', async () => {
    let refused: Promise<unknown> | undefined;
    const begin = (): void =>
      void (refused = moves()
        .move(elsewhere, nothing)
        .catch((error: unknown) => error));
    await restores().restore(backup, at('copy', begin));
    expect(await refused).toMatchObject({ code: 'busy', message: 'a backup is being put in its place' });
    expect([existsSync(elsewhere), locatedFolder(data)]).toEqual([false, data]);
  });

  it('are the last thing that happens to a record: afterwards nothing is written and nothing else replaces it', async () => {
    await moves().move(elsewhere, nothing);
    const over = { code: 'busy', message: 'the record has been moved', hint: 'Start Folio again.' };
    expect([moves().refusal(), restores().refusal()]).toMatchObject([over, over]);
    const aborted = restores().restore(backup, nothing, AbortSignal.abort());
    await expect(aborted).rejects.toMatchObject(over);
    const written = { code: 'read-only', message: 'nothing can be stored: the record has been moved' };
    expect(() => addRun(app.store, 'late')).toThrow(
      expect.objectContaining({ ...written, hint: 'Start Folio again.' }),
    );
    await expect(app.training.start({ ...training, corpusId: 1 }, nothing)).rejects.toMatchObject(written);
    await expect(app.training.resume(1, 'auto', nothing)).rejects.toMatchObject(written);
    await expect(app.corpora.add(backup)).rejects.toMatchObject(over);
    await expect(app.keeping.bundles.importRun(backup)).rejects.toMatchObject(over);
    await expect(app.exchange.importWeights(backup)).rejects.toMatchObject(over);
    expect(() => moves().settle('delete')).toThrow('the record has been moved');
    await app.keeping.backups.backUp(join(folder, 'after.db'), nothing); // it is there, and only read
    expect(names()).toEqual(['of now', 'of then']);
  });

  it('stop no writing for a place to which nothing can be moved', async () => {
    const stop = vi.spyOn(app.generation, 'stop');
    await expect(moves().move(data, nothing)).rejects.toMatchObject({ code: 'file' });
    expect(stop).not.toHaveBeenCalled();
  });

  it.each([
    ['move', 'stopped because the record is being moved'],
    ['restore', 'stopped because the record is being replaced'],
  ] as const)('let what is being written be stored first (%s)', async (what, reason) => {
    const stored: string[] = [];
    vi.spyOn(app.generation, 'stop').mockImplementationOnce(async ({ message }) => {
      await Promise.resolve();
      addRun(app.store, message); // nothing keeps it from being stored yet
      stored.push(message);
    });
    await (what === 'move' ? moves().move(elsewhere, nothing) : restores().restore(backup, nothing));
    expect(stored).toEqual([reason]);
    if (what === 'restore') return;
    app.close();
    app = open(locatedFolder(data));
    expect(names()).toContain(reason);
  });

  it.each(['move', 'restore'] as const)(
    'take the record before they wait: no training begins in between (%s)',
    async (what) => {
      const corpus = await app.corpora.builtin();
      const other = Promise.withResolvers<void>();
      let busy: Promise<void> | null = other.promise.then(() => {
        busy = null;
      });
      app.store.shareWith(() => busy);
      const early = app.training.start({ ...training, corpusId: corpus.id }, nothing).catch((error: unknown) => error);
      const replacing = what === 'move' ? moves().move(elsewhere, nothing) : restores().restore(backup, nothing);
      const late = app.training.start({ ...training, corpusId: corpus.id }, nothing).catch((error: unknown) => error);
      other.resolve();
      expect(await Promise.all([early, late])).toMatchObject([{ code: 'read-only' }, { code: 'read-only' }]);
      expect(app.training.active()).toBeNull();
      await replacing;
      expect(app.keeping.owner.outcome).toMatchObject({ kind: what === 'move' ? 'moved' : 'restored' });
    },
  );
});

describe('a restore', () => {
  it('is refused at once while this program itself reads the record whole, and by name', async () => {
    let refused: Promise<unknown> | undefined;
    const begin = (): void =>
      void (refused = restores()
        .restore(backup, () => expect.unreachable('nothing is copied'))
        .catch((error: unknown) => error));
    await app.keeping.backups.backUp(join(folder, 'other.db'), at('copy', begin));
    expect(await refused).toMatchObject({ code: 'busy', message: 'a backup is being made' });
    expect(restores().refusal()).toBeNull();
    addRun(app.store, 'afterwards');
  });

  it('does not let a backup begin, which would keep it from its end', async () => {
    let refused: Promise<unknown> | undefined;
    const begin = (): void =>
      void (refused = app.keeping.backups.backUp(join(folder, 'other.db'), nothing).catch((error: unknown) => error));
    expect(await restores().restore(backup, at('copy', begin))).toMatchObject({ isRestored: true });
    expect(await refused).toMatchObject({ code: 'busy', message: 'a backup is being put in its place' });
  });

  it('that is left a moment too late is told to every window, and to those that come', async () => {
    const api = app.api({} as Host); // which has no part in this
    const told: unknown[] = [];
    api.subscribe('record:replaced', {}, (delivery) => told.push(delivery));
    const { handle } = await app.chosenFiles.toRead(backup);
    const phases: string[] = [];
    const leave = api.subscribe('record:restore', { file: handle }, (delivery) => {
      if (delivery.kind !== 'event') expect.unreachable('nobody listens any more');
      const { phase } = (delivery as { event: CopyProgress }).event;
      if (phases.at(-1) !== phase) phases.push(phase);
      if (phase === 'replace') leave();
    });
    const event = { kind: 'restored', restored: expect.objectContaining({ isRestored: true, runs: 1 }) as object };
    await vi.waitFor(() => expect(phases).toContain('replace'), { timeout: 20_000 });
    // A window that is opened in this very moment waits for how it ends.
    expect(await api.request('app:info', {})).toMatchObject({ replaced: event });
    expect([told, phases]).toEqual([[{ kind: 'event', event }], ['copy', 'replace']]);
    api.subscribe('record:replaced', {}, (delivery) => told.push(delivery));
    expect(told).toHaveLength(2);
    expect([app.preferences.windowState(), app.preferences.get().language]).toEqual([null, 'auto']);
  });
});

describe('the owner of a record', () => {
  const frozen: (string | null)[] = [];
  const owner = (): RecordOwner => {
    frozen.length = 0;
    return new RecordOwner({ freeze: (reason) => frozen.push(reason) });
  };

  it('gives it back only to whom it was given, and never once it is replaced', () => {
    const one = owner();
    const first = one.take('restore');
    expect(() => one.take('restore')).toThrow('a backup is being put in its place');
    first.release();
    const second = one.take('move');
    first.release();
    first.commit();
    first.finish({ kind: 'moved', moved: { folder: '/old', bytes: 1, damage: 0 } });
    expect([one.outcome, one.refusal('restore')?.message]).toEqual([null, 'the record is being moved']);
    second.finish({ kind: 'moved', moved: { folder: '/new', bytes: 1, damage: 0 } });
    second.release();
    expect(one.outcome).toMatchObject({ moved: { folder: '/new' } });
    expect(() => one.take('move')).toThrow('the record has been moved');
    expect(frozen).toEqual([
      'a backup is being put in its place',
      null,
      'the record is being moved',
      'the record has been moved',
    ]);
  });

  it.each<[LongWork, Replacing, string | null]>([
    ['backup', 'restore', 'a backup is being made'],
    ['export', 'restore', 'a run is being exported'],
    ['import', 'restore', 'a run is being imported'],
    ['text', 'restore', 'a text is being added'],
    ['backup', 'move', null],
    ['export', 'move', null],
    ['import', 'move', 'a run is being imported'],
    ['text', 'move', 'a text is being added'],
  ])('does not let it be replaced under what would suffer (%s, %s)', async (work, what, refusal) => {
    const one = owner();
    const end = Promise.withResolvers<string>();
    const working = one.during(work, () => end.promise);
    expect(one.refusal(what)?.message ?? null).toBe(refusal);
    end.resolve('done');
    expect([await working, one.refusal(what)]).toEqual(['done', null]);
    await expect(one.during(work, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(one.refusal(what)).toBeNull();
  });

  it('tells how it ended to whoever waits, be it that nothing came of it', async () => {
    const one = owner();
    expect(await one.settled()).toBeNull();
    const hold = one.take('move');
    expect(await one.settled()).toBeNull(); // it can still be cancelled
    hold.commit();
    const waiting = one.settled();
    hold.release();
    expect([await waiting, one.refusal('move')]).toEqual([null, null]);
  });
});
