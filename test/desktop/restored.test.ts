/** A backup put back in the window of the desktop program: src/main/desktop/main.ts runs here, with a stand-in for Electron alone. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createBackupService } from '../../src/main/services/backup.ts';
import { openStore } from '../../src/main/store/open.ts';
import { addRun } from '../store/support.ts';
import { electron, FakeWindow } from './electron-mock.ts';

vi.mock('electron', async () => (await import('./electron-mock.ts')).electron);

let folder: string;
let data: string;
let window: FakeWindow;
const EVENTS = ['uncaughtException', 'unhandledRejection', 'SIGINT', 'SIGTERM', 'SIGHUP', 'worker'];
const before = new Map(EVENTS.map((event) => [event, process.rawListeners(event)]));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'folio-restored-'));
  data = join(folder, 'data');
  const store = openStore(data, { mode: 'write' });
  addRun(store, 'of then');
  await createBackupService(() => store.path).backUp(join(folder, 'b.db'), () => undefined);
  addRun(store, 'of now');
  store.close();
  vi.stubEnv('FOLIO_DATA', data);
  await import('../../src/main/desktop/main.ts');
  await vi.waitFor(() => expect(FakeWindow.all).toHaveLength(1));
  window = FakeWindow.all[0] ?? expect.unreachable('no window');
});
afterAll(() => {
  for (const event of EVENTS) {
    for (const listener of process.rawListeners(event)) {
      if (before.get(event)?.includes(listener) !== true) process.removeListener(event, listener as () => void);
    }
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

const sent = (): unknown[] => window.webContents.sent;
function send(message: object): void {
  const senderFrame = { url: 'app://folio/index.html', parent: null };
  electron.ipcMain.emit('folio:up', { sender: window.webContents, senderFrame }, message);
}

async function isKnownToThePage(): Promise<void> {
  send({ type: 'request', id: 4, name: 'app:info', payload: {} }); // as a page does that was loaded again
  const replaced = { kind: 'restored', restored: expect.objectContaining({ isRestored: true }) as object };
  await vi.waitFor(() =>
    expect(sent()).toContainEqual({
      ...{ type: 'answer', id: 4 },
      result: expect.objectContaining({ replaced }) as object,
    }),
  );
  send({ type: 'request', id: 5, name: 'preferences:get', payload: {} });
  await vi.waitFor(() => expect(sent()).toContainEqual(expect.objectContaining({ type: 'answer', id: 5 })));
}

it('ends and starts the program again, on the backup, without a defect', async () => {
  vi.spyOn(electron.dialog, 'showOpenDialog').mockResolvedValue({ canceled: false, filePaths: [join(folder, 'b.db')] });
  send({ type: 'request', id: 1, name: 'files:open', payload: { kind: 'record' } });
  await vi.waitFor(() => expect(sent()).toHaveLength(1));
  const { result } = sent()[0] as { result: { handle: string } };
  send({ type: 'subscribe', id: 2, name: 'record:restore', payload: { file: result.handle } });
  await vi.waitFor(
    () =>
      expect(sent()).toContainEqual({
        ...{ type: 'delivery', id: 2 },
        delivery: { kind: 'done', result: expect.objectContaining({ isRestored: true, runs: 1 }) as object },
      }),
    { timeout: 20_000 },
  );
  window.emit('move'); // its place cannot be kept any more, which is no defect
  await isKnownToThePage();
  send({ type: 'request', id: 3, name: 'record:restart', payload: {} });
  await vi.waitFor(() => expect(electron.app.relaunch.calls).toHaveLength(1));
  window.emit('close', { preventDefault: () => expect.unreachable('it may close') });
  expect(electron.dialog.showMessageBox.calls).toEqual([]);
  const log = join(data, 'logs', 'folio.log');
  expect(existsSync(log) ? readFileSync(log, 'utf8') : '').not.toMatch(/defect|Error/);
  const store = openStore(data, { mode: 'write' });
  expect([store.listRuns().map(({ name }) => name), store.check()]).toEqual([['of then'], []]);
  store.close();
});

it('starts the program again when the person comes back to it, and opens no window on a record that is closed', () => {
  const again = (): unknown => {
    const { calls } = electron.app.relaunch;
    return [calls.length, (calls.at(-1)?.[0] as { args: readonly string[] }).args];
  };
  const own = process.argv.slice(1);
  electron.app.emit('activate'); // the Dock, while the window still says what there is to say
  expect([again(), window.focus.calls.length]).toEqual([[1, own], 1]);
  window.webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 139 });
  expect([again(), window.webContents.reload.calls]).toEqual([[2, own], []]);
  electron.app.emit('second-instance', {}, ['folio', 'one.folio'], folder);
  expect(again()).toEqual([3, [...own, join(folder, 'one.folio')]]);
  window.emit('closed');
  electron.app.emit('activate');
  expect(again()).toEqual([4, own]);
  electron.app.emit('open-file', { preventDefault: () => undefined }, join(folder, 'two.folio'));
  expect(again()).toEqual([5, [...own, join(folder, 'two.folio')]]);
  expect(FakeWindow.all).toHaveLength(1);
});
