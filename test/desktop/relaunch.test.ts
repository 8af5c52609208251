import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { desktopHost } from '../../src/main/desktop/dialogs.ts';
import { IN_DEFAULT_PLACE, relaunch, restart } from '../../src/main/desktop/relaunch.ts';
import { desktopWords } from '../../src/main/desktop/words.ts';

const { app } = vi.hoisted(() => ({ app: { isPackaged: true, relaunch: vi.fn(), quit: vi.fn() } }));
vi.mock('electron', () => ({ app, dialog: {}, shell: {} }));

const IMAGE = '/opt/Folio-linux-x64.AppImage';
const own = process.argv.slice(1);

beforeEach(() => {
  app.isPackaged = true;
  vi.clearAllMocks();
  vi.stubEnv('APPIMAGE', IMAGE);
});
afterEach(() => vi.unstubAllEnvs());

it('starts an AppImage by its file: what runs lies in a folder that is gone by then', () => {
  relaunch();
  relaunch(['--appimage-extract-and-run', '--in-default-place']);
  expect(app.relaunch.mock.calls).toEqual([
    [{ execPath: IMAGE, args: ['--appimage-extract-and-run', ...own] }],
    [{ execPath: IMAGE, args: ['--appimage-extract-and-run', '--in-default-place'] }],
  ]);
});

it.each([
  ['another package', true, ''],
  ['a checkout in the terminal of some AppImage', false, IMAGE],
])('starts %s as it was started', (_, isPackaged, image) => {
  vi.stubEnv('APPIMAGE', image);
  app.isPackaged = isPackaged;
  relaunch();
  expect(app.relaunch.mock.calls).toEqual([[{ args: own }]]);
});

it('is how the window starts the program again, before it quits', () => {
  desktopHost({ logFile: '', window: () => null, words: () => desktopWords('en', []) }).restart();
  expect(app.relaunch.mock.calls).toEqual([[{ execPath: IMAGE, args: ['--appimage-extract-and-run', ...own] }]]);
  expect(app.quit).toHaveBeenCalledAfter(app.relaunch);
});

it('forgets what was chosen for this once, and hands on what was opened meanwhile', () => {
  app.isPackaged = false;
  const host = desktopHost({ logFile: '', window: () => null, words: () => desktopWords('en', []) });
  process.argv.push(IN_DEFAULT_PLACE);
  try {
    host.restart();
    restart(['/runs/one.folio']);
  } finally {
    process.argv.pop();
  }
  expect(app.relaunch.mock.calls).toEqual([[{ args: own }], [{ args: [...own, '/runs/one.folio'] }]]);
});
