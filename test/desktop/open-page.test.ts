import { expect, it, vi } from 'vitest';
import { desktopHost } from '../../src/main/desktop/dialogs.ts';
import { desktopWords } from '../../src/main/desktop/words.ts';
import { electron } from './electron-mock.ts';

vi.mock('electron', async () => (await import('./electron-mock.ts')).electron);

it('opens pages of the web in the system’s browser, and nothing else', async () => {
  const host = desktopHost({ logFile: '', window: () => null, words: () => desktopWords('en', []) });
  for (const address of [
    'http://folio.example/',
    'file:///bin/sh',
    'javascript:alert(1)',
    'https://a:b@folio.example/',
    'smb://x/y',
    '',
  ]) {
    await expect(host.openPage(address)).rejects.toThrow(/not a page of the web/);
  }
  expect(electron.shell.openExternal.calls).toEqual([]);
  await host.openPage('https://folio.example/releases/1.3.0');
  expect(electron.shell.openExternal.calls).toEqual([['https://folio.example/releases/1.3.0']]);
});
