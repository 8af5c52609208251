import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp, defaultDataDir } from '../src/main/app.ts';
import type { AppOptions, FolioApp } from '../src/main/app.ts';
import { PRESETS } from '../src/shared/presets.ts';
import { FakeTrainer, READY } from './support/fake-trainer.ts';

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
    const trainer = new FakeTrainer();
    trainers.push(trainer);
    return trainer;
  };
  const app = createApp({ dataDir, startTrainer, mode });
  apps.push(app);
  return app;
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

  it('makes each service once', async () => {
    const app = open('write');
    expect(app.training).toBe(app.training);
    expect(app.corpora).toBe(app.corpora);
    expect((await app.corpora.builtin()).characters).toBe(1_115_394);
    expect(app.version).toMatch(/^\d+\.\d+\.\d+/);
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

describe('the data folder', () => {
  it('is what FOLIO_DATA names, or the place for programs’ data', () => {
    expect(defaultDataDir({ FOLIO_DATA: 'some/where' })).toBe(resolve('some/where'));
    expect(defaultDataDir({ FOLIO_DATA: '' })).toMatch(/folio/i);
    expect(defaultDataDir({})).toBe(defaultDataDir({ FOLIO_DATA: '' }));
  });
});
