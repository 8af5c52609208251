/** A data folder that cannot be one: the program says so in a box of the system's own, and ends. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { electron, FakeWindow } from './electron-mock.ts';

vi.mock('electron', async () => (await import('./electron-mock.ts')).electron);

let folder: string;
const events = ['uncaughtException', 'unhandledRejection', 'worker'] as const;
const before = new Map(events.map((event) => [event, process.listeners(event as 'uncaughtException')]));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folio-unusable-'));
  writeFileSync(join(folder, 'file'), '');
  vi.stubEnv('FOLIO_DATA', join(folder, 'file'));
});

afterEach(() => {
  for (const event of events) {
    for (const listener of process.listeners(event as 'uncaughtException')) {
      if (before.get(event)?.includes(listener) !== true) process.removeListener(event, listener);
    }
  }
  rmSync(folder, { recursive: true, force: true });
});

it('is told', async () => {
  await import('../../src/main/desktop/main.ts');
  await vi.waitFor(() => expect(electron.app.exit.calls).toEqual([[3]]));
  const [[title, text] = []] = electron.dialog.showErrorBox.calls;
  expect(title).toBe('Folio cannot start');
  expect(text).toContain(join(folder, 'file'));
  expect(FakeWindow.all).toEqual([]);
});
