/** What only Electron's IPC has: senders and frames, windows that are destroyed, pages that begin anew, files that are dropped. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createApi } from '../../src/main/api/dispatch.ts';
import { CHANNELS } from '../../src/shared/contract/bridge.ts';
import { FolioError } from '../../src/shared/errors.ts';
import { FakeHandlers } from './fake-handlers.ts';
import { FakePage, ipcProgram, OWN_FRAME, type FakeFrame, type IpcProgram } from './ipc-transport.ts';
import { Deliveries, loose } from './transport.ts';

const REQUEST = { type: 'request', id: 1, name: 'app:info', payload: {} };
const CHOSEN = { handle: 'h'.repeat(36), name: 'a.txt', bytes: 3 };

/** Whoever sends from one of these is not Folio's page. */
const FOREIGN_FRAMES: readonly (readonly [string, FakeFrame | null])[] = [
  ['a frame that is gone', null],
  ['a frame inside of the page', { url: OWN_FRAME.url, parent: OWN_FRAME }],
  ['another page', { url: 'https://folio.example/', parent: null }],
  ['a page whose address begins alike', { url: 'app://folio.example/index.html', parent: null }],
  ['a page with our name as its user', { url: 'app://folio@evil.example/index.html', parent: null }],
  ['a page with a user', { url: 'app://somebody@folio/index.html', parent: null }],
  ['a file', { url: 'file:///folio/index.html', parent: null }],
  ['a page made of data', { url: 'data:text/html,app://folio/', parent: null }],
  ['an empty page', { url: 'about:blank', parent: null }],
  ['an address that is none', { url: '', parent: null }],
];

let fake: FakeHandlers;
let adopted: string[];
let program: IpcProgram;

beforeEach(() => {
  fake = new FakeHandlers();
  adopted = [];
  program = ipcProgram(
    createApi(fake.handlers(), (error) => expect.unreachable(String(error))),
    async (path) => {
      adopted.push(path);
      if (path.includes('gone')) throw new FolioError('file', 'gone.txt cannot be read', 'Choose it again.');
      return CHOSEN;
    },
  );
});

describe('a sender that is not our page', () => {
  it.each(FOREIGN_FRAMES)('is not heard: %s', async (_, frame) => {
    const page = program.page();
    program.ipcMain.send(page, CHANNELS.up, REQUEST, frame);
    expect(await program.ipcMain.invoke(page, CHANNELS.adopt, '/a.txt', frame)).toMatchObject({
      error: { code: 'usage' },
    });
    expect(fake.calls).toEqual([]);
    expect(adopted).toEqual([]);
    expect(program.dropped).toHaveLength(2);
  });

  it('is not heard: contents that were not admitted, whatever page they show', async () => {
    const stranger = new FakePage(program.ipcMain);
    program.ipcMain.send(stranger, CHANNELS.up, REQUEST);
    program.ipcMain.send(stranger, CHANNELS.hello);
    await program.ipcMain.invoke(stranger, CHANNELS.adopt, '/a.txt', OWN_FRAME);
    expect(fake.calls).toEqual([]);
    expect(adopted).toEqual([]);
    expect(program.dropped).toHaveLength(3);
  });

  it('cannot end the subscriptions of our page', async () => {
    const page = program.page();
    void new Deliveries(page.client, 'runs:changed');
    await loose(page.client).request('app:info', {});
    program.ipcMain.send(page, CHANNELS.hello, undefined, { url: 'https://folio.example/', parent: null });
    program.ipcMain.send(page, CHANNELS.up, { type: 'unsubscribe', id: 1 }, { ...OWN_FRAME, parent: OWN_FRAME });
    expect(fake.left).toEqual([]);
  });

  it('is not heard any more: a window that was destroyed', async () => {
    const page = program.page();
    page.destroy();
    program.ipcMain.send(page, CHANNELS.up, REQUEST);
    expect(fake.calls).toEqual([]);
  });
});

describe('a window', () => {
  it('that is destroyed while a request is under way is sent nothing', async () => {
    let answer = (_result: unknown): void => undefined;
    fake.onRequest('app:info', () => new Promise((resolve) => (answer = resolve)));
    const page = program.page();
    program.ipcMain.send(page, CHANNELS.up, REQUEST);
    page.destroy();
    answer('late'); // the stand-in throws, as Electron does, when it is sent something now
    await Promise.resolve();
    expect(fake.calls).toHaveLength(1);
  });

  it('whose page is loaded again begins anew: what the old page had subscribed to ends', async () => {
    const page = program.page();
    void new Deliveries(page.client, 'runs:changed');
    void new Deliveries(page.client, 'engines:probe');
    await loose(page.client).request('app:info', {});
    program.ipcMain.send(page, CHANNELS.hello);
    expect(fake.left).toEqual(['runs:changed']);
    expect(fake.signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(await loose(page.client).request('app:info', {})).toEqual({});
  });

  it('whose page has crashed is sent nothing of what the old page had asked for', async () => {
    let answer = (_result: unknown): void => undefined;
    fake.onRequest('app:info', () => new Promise((resolve) => (answer = resolve)));
    const page = program.page();
    void new Deliveries(page.client, 'engines:probe');
    program.ipcMain.send(page, CHANNELS.up, REQUEST);
    await Promise.resolve();
    const sent = vi.spyOn(page, 'send');
    page.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 11 });
    answer('of the old page');
    await Promise.resolve();
    expect(fake.signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(sent).not.toHaveBeenCalled();
    fake.onRequest('app:info', () => 'of the new page');
    program.ipcMain.send(page, CHANNELS.hello);
    expect(await loose(page.client).request('app:info', {})).toBe('of the new page');
  });

  it('stays open after a message that is none: the page is our own, and the log has it', async () => {
    const page = program.page();
    program.ipcMain.send(page, CHANNELS.up, { type: 'nonsense' });
    expect(program.dropped).toEqual([expect.stringContaining('not of the contract')]);
    expect(await loose(page.client).request('app:info', {})).toEqual({});
  });
});

describe('a file that was dropped', () => {
  const adopt = (given: unknown): Promise<unknown> =>
    program.ipcMain.invoke(program.page(), CHANNELS.adopt, given, OWN_FRAME);

  it('becomes a handle', async () => {
    expect(await adopt('/texts/a.txt')).toEqual({ file: CHOSEN });
    expect(adopted).toEqual(['/texts/a.txt']);
  });

  it.each([[''], ['a.txt'], ['../a.txt'], ['/a\0.txt'], [`/${'a'.repeat(40_000)}`], [null], [7], [{ path: '/a.txt' }]])(
    'is refused when it has no path: %j',
    async (given) => {
      expect(await adopt(given)).toMatchObject({ error: { code: 'file' } });
      expect(adopted).toEqual([]);
    },
  );

  it('that cannot be read says so', async () => {
    expect(await adopt('/gone.txt')).toEqual({
      error: { code: 'file', message: 'gone.txt cannot be read', hint: 'Choose it again.' },
    });
  });
});
