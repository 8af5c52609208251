/** A record that another folio has: the program says who, in a box of the system's own, and ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openStore } from '../../src/main/store/open.ts';
import type { Store } from '../../src/main/store/types.ts';
import { electron, FakeWindow } from './electron-mock.ts';

vi.mock('electron', async () => (await import('./electron-mock.ts')).electron);

let data: string;
let other: Store;
const events = ['uncaughtException', 'unhandledRejection', 'worker'] as const;
const before = new Map(events.map((event) => [event, process.listeners(event as 'uncaughtException')]));

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'folio-locked-'));
  vi.stubEnv('FOLIO_DATA', data);
  other = openStore(data, { mode: 'write' });
});

afterEach(() => {
  other.close();
  for (const event of events) {
    for (const listener of process.listeners(event as 'uncaughtException')) {
      if (before.get(event)?.includes(listener) !== true) process.removeListener(event, listener);
    }
  }
  rmSync(data, { recursive: true, force: true, maxRetries: 3 });
});

it('is told, with the process that has it and what to do, and no window is opened', async () => {
  await import('../../src/main/desktop/main.ts');
  await vi.waitFor(() => expect(electron.app.exit.calls).toEqual([[3]]));
  const [[title, text] = []] = electron.dialog.showErrorBox.calls;
  expect(title).toBe('Folio cannot start');
  expect(text).toContain(`process ${process.pid}`);
  expect(String(text).split('\n\n').length, 'a hint follows').toBe(2);
  expect(FakeWindow.all).toEqual([]);
});
