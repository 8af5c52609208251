import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp, defaultDataDir } from '../src/main/app.ts';
import type { AppOptions, FolioApp } from '../src/main/app.ts';
import type { ToTrainer } from '../src/main/trainer/messages.ts';
import { PRESETS } from '../src/shared/presets.ts';
import { checkpointMessage, FakeTrainer, READY, REPORT } from './support/fake-trainer.ts';

let dataDir: string;
let apps: FolioApp[];
let trainers: FakeTrainer[];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'folio-test-'));
  apps = [];
  trainers = [];
});

afterEach(() => {
  for (const app of apps) app.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function open(mode: AppOptions['mode']): FolioApp {
  const startTrainer = (): FakeTrainer => {
    const trainer = new WritingTrainer();
    trainers.push(trainer);
    return trainer;
  };
  const app = createApp({ dataDir, startTrainer, mode });
  apps.push(app);
  return app;
}

/** A run with weights, of a vocabulary of a and b. */
function importedRun(app: FolioApp): number {
  const { config } = PRESETS.quick;
  const runId = app.store.createRun({
    name: 'a run',
    preset: 'quick',
    corpusId: null,
    config,
    vocabulary: ['a', 'b'],
    status: 'queued',
  });
  const { weights, position } = checkpointMessage({ epoch: 1 });
  app.store.recordCheckpoint(
    {
      runId,
      kind: 'epoch',
      position: '{}',
      epoch: 1,
      step: position.step,
      activeSeconds: 1,
      weights,
      optimizer: null,
      epochRecord: null,
      samples: [],
      metrics: [],
    },
    { everyNth: 1, optimizerStates: 1 },
  );
  app.store.setRunStatus(runId, 'finished', '');
  return runId;
}

/** Writes as many b as it is asked for. */
class WritingTrainer extends FakeTrainer {
  override async send(message: ToTrainer): Promise<void> {
    await super.send(message);
    queueMicrotask(() => {
      if (message.type === 'load') this.say({ type: 'loaded', report: REPORT, rejected: [] });
      if (message.type !== 'generate') return;
      const texts = ['b'.repeat(message.settings.length)];
      this.say({ type: 'generated', id: message.id, texts, charactersPerSecond: 9, cancelled: false });
    });
  }
}

function generate(app: FolioApp, runId: number, length: number): ReturnType<FolioApp['generation']['generate']> {
  const settings = { temperature: 1, topK: 0, topP: 1, minP: 0, seed: 5, length, stop: '' };
  return app.generation.generate(
    { runId, epoch: 'last', prompt: 'a', unknown: 'refuse', settings, count: 1, engine: 'auto' },
    () => undefined,
    new AbortController().signal,
  );
}

describe('the app', () => {
  it('opens for writing at once, and refuses a second writer', () => {
    expect(open('write').store.readOnly).toBe(false);
    expect(() => createApp({ dataDir, startTrainer: () => new FakeTrainer(), mode: 'write' })).toThrow(
      /is working with/,
    );
  }, 10_000);

  it('opens for reading only when the record is needed', async () => {
    const app = open('read');
    const probed = app.engines.probe(['wasm']);
    trainers[0]?.exit(1);
    expect(await probed).toMatchObject([{ available: false }]);
    expect(() => app.store).toThrow(/no record/);
  });

  it('reads where another writes, in mode auto', () => {
    expect(open('auto').store.readOnly).toBe(false);
    expect(open('auto').store.readOnly).toBe(true);
  });

  it('keeps nobody from writing while it looks, and takes the lock only to store texts', async () => {
    const writer = open('write');
    const runId = importedRun(writer);
    writer.close();
    const looking = open('look');
    expect(looking.store.readOnly).toBe(true);

    expect(await generate(looking, runId, 1)).toMatchObject({ notStored: null, samples: [{ text: 'b' }] });
    const another = open('write'); // while the other is still open
    expect(await generate(looking, runId, 2)).toMatchObject({
      notStored: expect.stringContaining('is working with') as string,
      samples: [{ id: 0, text: 'bb' }],
    });
    another.close();
    expect(await generate(looking, runId, 3)).toMatchObject({ notStored: null });
    const texts = looking.store.samples(runId).map(({ text }) => text);
    expect(texts.toSorted()).toEqual(['b', 'bbb']);
  });

  it('finds dead runs out and upgrades while nobody writes, also when it only looks', () => {
    const writer = open('write');
    const runId = importedRun(writer);
    writer.store.setRunStatus(runId, 'running', '');
    writer.close();
    expect(open('look').store.run(runId).status).toBe('interrupted');
  });

  it('makes each service once', async () => {
    const app = open('write');
    expect(app.training).toBe(app.training);
    expect(app.corpora).toBe(app.corpora);
    expect((await app.corpora.builtin()).characters).toBe(1_115_394);
    expect(app.version).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('knows an engine that has trained or written without having been asked to try it', async () => {
    const app = open('write');
    expect(app.engines.known().reports).toEqual([]);
    await generate(app, importedRun(app), 1);
    expect(app.engines.known().reports).toEqual([REPORT]);
    const { id: corpusId } = await app.corpora.builtin();
    const request = { preset: 'quick', corpusId, config: PRESETS.quick.config, engine: 'auto' } as const;
    await app.training.start(request, () => undefined);
    const report = { ...REPORT, engine: 'tensorflow', gflops: 99 } as const;
    trainers[1]?.say({ type: 'ready', report, rejected: [] });
    expect(app.engines.known().reports).toEqual([REPORT, report]);
  });

  it('leaves a training that it closes upon interrupted, and finds dead runs when it opens', async () => {
    const first = open('write');
    const { id: corpusId } = await first.corpora.builtin();
    const request = { preset: 'quick', corpusId, config: PRESETS.quick.config, engine: 'auto' } as const;
    const handle = await first.training.start(request, () => undefined);
    trainers[0]?.say(READY);
    first.close();
    apps = [];
    expect(await handle.done).toMatchObject({ status: 'interrupted' });

    const second = open('write');
    expect(second.runs.show(handle.runId).status).toBe('interrupted');
    second.store.setRunStatus(handle.runId, 'running', '');
    second.close();
    expect(open('write').runs.show(handle.runId).status).toBe('interrupted');
  });
});

describe("the window's place", () => {
  it('is kept when the app is closed while a checkpoint is being stored', async () => {
    const app = open('write');
    const { id: corpusId } = await app.corpora.builtin();
    const request = { preset: 'quick', corpusId, config: PRESETS.quick.config, engine: 'auto' } as const;
    const handle = await app.training.start(request, () => undefined);
    trainers[0]?.say(READY, checkpointMessage({ epoch: 1 }));
    expect(app.store.writable()).not.toBeNull();
    const state = { x: 3, y: 4, width: 900, height: 600, maximized: false, fullScreen: false };
    app.preferences.setWindowState(state);
    app.close();
    await handle.done;
    apps = [];
    expect(open('write').preferences.windowState()).toEqual(state);
  });
});

describe('what was deleted', () => {
  it('is freed a day later, at the next start of a program that writes', async () => {
    const first = open('write');
    const [old, fresh] = [importedRun(first), importedRun(first)];
    for (const id of [old, fresh]) first.store.setRunStatus(id, 'finished', '');
    first.runs.trash([old, fresh]);
    first.close();
    apps = [];
    const db = new Database(join(dataDir, 'folio.db'));
    db.prepare('UPDATE run SET deleted_at = deleted_at - ? WHERE id = ?').run(24 * 60 * 60 * 1000, old);
    db.close();

    const second = open('write');
    const freed = await second.trash.empty(Infinity); // waits for what began at the start, and frees nothing itself
    expect(freed).toMatchObject({ runs: 0 });
    expect(() => {
      second.runs.restore([old]);
    }).toThrow(/gone for good/);
    second.runs.restore([fresh]);
    expect(second.runs.list().map(({ id }) => id)).toEqual([fresh]);
  });
});

describe('the data folder', () => {
  it('is what FOLIO_DATA names, or the place for programs’ data', () => {
    expect(defaultDataDir({ FOLIO_DATA: 'some/where' })).toBe(resolve('some/where'));
    expect(defaultDataDir({ FOLIO_DATA: '' })).toMatch(/folio/i);
    expect(defaultDataDir({})).toBe(defaultDataDir({ FOLIO_DATA: '' }));
  });
});
