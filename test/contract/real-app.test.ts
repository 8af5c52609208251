/** The real program behind both transports: its handlers, services and record, with a trainer that a test speaks for. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Host } from '../../src/main/api/host.ts';
import { createApp, type FolioApp } from '../../src/main/app.ts';
import { startAppServer } from '../../src/main/headless/serve/serve-app.ts';
import type { ChosenFile } from '../../src/shared/contract/app.ts';
import { runJob, type WireClient } from '../../src/shared/contract/client.ts';
import type { TrainingNews } from '../../src/shared/contract/training.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { checkpointMessage, FakeTrainer, READY, stepMessage } from '../support/fake-trainer.ts';
import { ipcProgram } from './ipc-transport.ts';
import { Deliveries } from './transport.ts';
import { enter, openWindow } from './websocket-transport.ts';

const { config } = PRESETS.quick;
const TEXT = 'To be, or not to be, that is the question.\n'.repeat(400);

/** A window of the program, and how files go in and out beside the contract. */
interface Page {
  readonly host: 'desktop' | 'browser';
  readonly client: WireClient;
  choose(name: string, text: string): Promise<ChosenFile>;
  read(file: ChosenFile): Promise<string>;
  end(): Promise<void>;
}

type Open = (app: FolioApp, folder: string) => Promise<Page>;

const overWebSocket: Open = async (app, folder) => {
  writeFileSync(join(folder, 'index.html'), '<!doctype html>');
  const server = await startAppServer(app, folder, 0, (error) => expect.unreachable(String(error)));
  const test = { origin: `http://127.0.0.1:${server.port}`, token: server.address.split('#token=')[1] ?? '' };
  const window = await openWindow(test);
  const headers = { Origin: test.origin, Cookie: await enter(test) };
  return {
    host: 'browser',
    client: window.client,
    choose: async (name, body) => {
      const answer = await fetch(`${test.origin}/files?name=${encodeURIComponent(name)}`, {
        method: 'POST',
        headers,
        body,
      });
      return (await answer.json()) as ChosenFile;
    },
    read: async ({ handle, name }) => (await fetch(`${test.origin}/files/${handle}?name=${name}`, { headers })).text(),
    end: () => server.close(),
  };
};

const overIpc: Open = async (app, folder) => {
  const host: Host = {
    kind: 'desktop',
    logFile: null,
    typed: () => null,
    openFile: () => Promise.resolve(join(folder, 'chosen.txt')),
    openFiles: () => Promise.resolve([join(folder, 'chosen.txt')]),
    saveFile: (_, name) => Promise.resolve(join(folder, name)),
    chooseFolder: () => Promise.resolve(join(folder, 'elsewhere')),
    restart: () => undefined,
    showFolder: () => Promise.resolve(),
    openPage: () => Promise.resolve(),
  };
  const page = ipcProgram(app.api(host)).page();
  return {
    host: 'desktop',
    client: page.client,
    choose: async (_name, text) => {
      writeFileSync(join(folder, 'chosen.txt'), text);
      const file = await page.client.request('files:open', { kind: 'text' });
      return file ?? expect.unreachable();
    },
    read: async ({ name }) => readFileSync(join(folder, name), 'utf8'),
    end: async () => page.destroy(),
  };
};

describe.each([
  { over: 'a WebSocket', open: overWebSocket },
  { over: "Electron's IPC", open: overIpc },
])('the program over $over', ({ open }) => {
  let folder: string;
  let app: FolioApp;
  let trainers: FakeTrainer[];
  let logged: string[];
  let page: Page;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'folio-contract-'));
    trainers = [];
    logged = [];
    const startTrainer = (): FakeTrainer => {
      const trainer = new FakeTrainer();
      trainers.push(trainer);
      return trainer;
    };
    app = createApp({
      dataDir: join(folder, 'data'),
      startTrainer,
      mode: 'write',
      log: (line: string) => void logged.push(line),
    });
    page = await open(app, folder);
  });

  afterEach(async () => {
    await page.end();
    app.close();
    rmSync(folder, { recursive: true, force: true });
    expect(logged).toEqual([]);
  });

  const shakespeare = async (): Promise<number> => {
    const [corpus] = await page.client.request('corpora:list', {});
    return corpus?.id ?? expect.unreachable();
  };

  it('knows where it is, and keeps what the person prefers', async () => {
    const { client } = page;
    expect(await client.request('app:info', {})).toMatchObject({ host: page.host, dataDir: join(folder, 'data') });
    const before = await client.request('preferences:get', {});
    expect(await client.request('preferences:set', {})).toEqual(before);
    expect(await client.request('runs:list', { archived: 'all' })).toEqual([]);
    await expect(client.request('runs:show', { id: 999 })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('reads a text that the person chose, and keeps its own beside it', async () => {
    const { client } = page;
    expect(await client.request('corpora:list', {})).toMatchObject([{ builtin: true, characters: 1_115_394 }]);
    const changed = new Deliveries(client, 'corpora:changed');
    const file = await page.choose('hamlet.txt', TEXT);
    const corpus = await runJob(client, 'corpora:add', { file: file.handle, name: 'Hamlet' });
    expect(corpus).toMatchObject({ name: 'Hamlet', characters: TEXT.length });
    expect(await client.request('corpora:excerpt', { id: corpus.id, characters: 5 })).toBe('To be');
    expect((await changed.next()).kind).toBe('event');
    await client.request('files:release', { handle: file.handle });
    await expect(runJob(client, 'corpora:add', { file: file.handle })).rejects.toMatchObject({ code: 'file' });
  });

  it('trains, tells what happens, and hands its figures over as a table', async () => {
    const { client } = page;
    const news = new Deliveries(client, 'training:news');
    const start = { preset: 'quick', corpusId: await shakespeare(), config, engine: 'auto' } as const;
    const { run } = await client.request('training:start', start);
    const trainer = trainers.at(-1) ?? expect.unreachable();
    await trainer.received('train');
    await expect(client.request('training:start', start)).rejects.toMatchObject({ code: 'busy' });
    trainer.say(READY, stepMessage(1, { loss: 4.25 }), stepMessage(2, { loss: 2.5 }));
    const types = (): string[] =>
      news.all.flatMap((delivery) =>
        delivery.kind === 'event' ? (delivery.event as TrainingNews).events.map(({ type }) => type) : [],
      );
    await vi.waitFor(() => expect(types().filter((type) => type === 'step')).toHaveLength(2));
    expect(await client.request('training:live', {})).toMatchObject({ run, step: 2, loss: 2.5 });
    // What was meant for another run, which has just ended perhaps, leaves this one alone.
    await client.request('training:stop', { id: run + 1 });
    expect(trainer.sent).not.toContainEqual({ type: 'stop' });
    trainer.say(checkpointMessage({ epoch: 1 }), { type: 'ended', outcome: 'finished', reason: '' });
    trainer.exit(0);
    await vi.waitFor(() => expect(types()).toContain('finished'), { timeout: 10_000 }); // a thread has to start first
    expect(await client.request('training:live', {})).toBeNull();
    expect(await client.request('runs:show', { id: run })).toMatchObject({ id: run, status: 'finished' });
    const curve = await client.request('runs:curve', { id: run, x: 'step', points: 100, smoothing: 0 });
    expect(curve).toMatchObject({ total: 2, step: [1, 2], loss: [4.25, 2.5] });

    const place = await client.request('files:save', { kind: 'table', suggestedName: 'figures.csv' });
    const file = place ?? expect.unreachable();
    await runJob(client, 'runs:export-metrics', { id: run, file: file.handle });
    expect((await page.read(file)).split('\n')[1]).toContain('4.25');

    const together = (await client.request('files:save', { kind: 'table', suggestedName: 'curves.csv' })) ?? file;
    await runJob(client, 'runs:export-curves', { ids: [run], file: together.handle });
    expect((await page.read(together)).split('\n')[1]).toMatch(new RegExp(`^${run},.*4\\.25`));
  });

  it('deletes with a way back, and tells every window', async () => {
    const { client } = page;
    const { vocabulary } = app.store.corpus(await shakespeare());
    const run = { name: 'a run', preset: 'quick', corpusId: null, config, vocabulary, status: 'queued' } as const;
    const id = app.store.createRun(run);
    app.store.setRunStatus(id, 'finished', '');
    const changes = new Deliveries(client, 'runs:changed');
    const list = async (): Promise<number[]> =>
      (await client.request('runs:list', { archived: 'without' })).map((summary) => summary.id);
    expect(await list()).toEqual([id]);
    await client.request('runs:delete', { ids: [id] });
    expect(await list()).toEqual([]);
    expect(await changes.next()).toEqual({ kind: 'event', event: { changed: [], gone: [id] } });
    expect(await client.request('runs:deleted', {})).toMatchObject([{ kind: 'run', id, name: 'a run', bytes: 0 }]);
    await client.request('runs:restore', { ids: [id] });
    expect(await client.request('runs:deleted', {})).toEqual([]);
    expect(await list()).toEqual([id]);
    expect(await changes.next()).toMatchObject({ kind: 'event', event: { changed: [{ id }], gone: [] } });
  });
});
