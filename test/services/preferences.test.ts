import { setImmediate as settled } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { createPreferenceService } from '../../src/main/services/preferences.ts';
import { DEFAULT_PREFERENCES, preferencesSchema } from '../../src/shared/preferences.ts';
import { Scratch } from '../store/support.ts';
import { withMethods } from '../support/records.ts';
import fc from '../property.ts';

const scratch = new Scratch();
afterEach(() => scratch.clean());

function service() {
  const store = scratch.open();
  const lines: string[] = [];
  const preferences = createPreferenceService(store, (line) => lines.push(line));
  return { store, lines, preferences };
}

/** Without a record: what `get` makes of a stored value. */
function read(stored: string): { value: unknown; lines: string[] } {
  const lines: string[] = [];
  const store = { setting: () => stored, setSetting: () => undefined, writable: () => null, readOnly: false };
  return { value: createPreferenceService(store, (line) => lines.push(line)).get(), lines };
}

describe('preferences', () => {
  it('are the defaults at first, and change one by one', () => {
    const { preferences, store, lines } = service();
    expect(preferences.get()).toEqual(DEFAULT_PREFERENCES);
    expect(preferences.set({ theme: 'dark', language: undefined })).toEqual({ ...DEFAULT_PREFERENCES, theme: 'dark' });
    preferences.set({ textSize: 20 });
    const again = createPreferenceService(store, (line) => lines.push(line));
    expect(again.get()).toEqual({ ...DEFAULT_PREFERENCES, theme: 'dark', textSize: 20 });
    expect(lines).toEqual([]);
  });

  it('are told once more after the record is closed: there may still be a window', () => {
    const { preferences, store, lines } = service();
    preferences.set({ theme: 'dark', language: 'zh' });
    const state = { x: 1, y: 2, width: 1000, height: 700, maximized: false, fullScreen: false };
    preferences.setWindowState(state);
    preferences.close();
    store.close();
    expect(preferences.get()).toMatchObject({ theme: 'dark', language: 'zh' });
    expect(preferences.windowState()).toEqual(state);
    preferences.close(); // once more, as a program does that ends after all
    expect([preferences.windowState(), lines]).toEqual([state, []]);
  });

  it('out of range are refused by name, and change nothing', () => {
    const { preferences } = service();
    expect(() => preferences.set({ textSize: 1000 })).toThrow(/textSize/);
    expect(preferences.get()).toEqual(DEFAULT_PREFERENCES);
  });

  it('that cannot be used are the defaults, and the log names them', () => {
    const { value, lines } = read('{"theme":"purple","language":"zh","colour":1,"constructor":2}');
    expect(value).toEqual({ ...DEFAULT_PREFERENCES, language: 'zh' });
    expect(lines).toEqual([
      'the preference "theme" cannot be "purple"; its default takes its place',
      'the preference "colour" is not known to this version',
      'the preference "constructor" is not known to this version',
    ]);
    expect(read('{"theme"')).toMatchObject({
      value: DEFAULT_PREFERENCES,
      lines: [expect.stringContaining('not JSON')],
    });
    expect(read('[1]')).toMatchObject({
      value: DEFAULT_PREFERENCES,
      lines: [expect.stringContaining('not an object')],
    });
  });

  it('are always usable, whatever is stored', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (stored) => {
        expect(preferencesSchema.safeParse(read(stored).value).success).toBe(true);
      }),
    );
  });
});

describe("the window's state", () => {
  const state = { x: -8, y: 0, width: 1200, height: 800, maximized: false, fullScreen: false };

  it('comes back as it was, and is null when it never was stored or cannot be used', () => {
    const { preferences, store, lines } = service();
    expect(preferences.windowState()).toBeNull();
    preferences.setWindowState(state);
    expect(preferences.windowState()).toEqual(state);
    store.setSetting('window', '{"width":-1}');
    expect(preferences.windowState()).toBeNull();
    expect(lines).toHaveLength(1);
  });

  it('waits for another thread that stores something, and the last state stands', async () => {
    const { preferences, store, lines } = service();
    const other = Promise.withResolvers<void>();
    let busy: Promise<void> | null = other.promise.then(() => {
      busy = null;
    });
    store.shareWith(() => busy);
    preferences.setWindowState(state);
    preferences.setWindowState({ ...state, x: 7 });
    expect(preferences.windowState()).toBeNull();
    other.resolve();
    await settled();
    expect(preferences.windowState()).toEqual({ ...state, x: 7 });
    expect(lines).toEqual([]);
  });

  it('is written at the end when it still waits, once', async () => {
    const { preferences, store, lines } = service();
    const other = Promise.withResolvers<void>();
    store.shareWith(() => other.promise);
    preferences.setWindowState(state);
    store.shareWith(() => null); // the thread was closed
    preferences.close();
    expect(preferences.windowState()).toEqual(state);
    store.setSetting('window', JSON.stringify({ ...state, x: 9 }));
    other.resolve();
    await settled();
    preferences.close();
    expect(preferences.windowState()).toEqual({ ...state, x: 9 });
    expect(lines).toEqual([]);
  });

  it('that cannot be written is named in the log, and thrown at nobody', () => {
    const { preferences, store, lines } = service();
    preferences.setWindowState({ ...state, width: 0.5 });
    store.close();
    preferences.setWindowState(state);
    expect(lines).toEqual([
      expect.stringContaining('could not be kept') as string,
      expect.stringContaining('could not be kept') as string,
    ]);
  });

  it('is not kept in a record that is only read, without a word', () => {
    const lines: string[] = [];
    const { store } = service();
    const reader = withMethods(store, { readOnly: true, setSetting: () => expect.fail('it was written') });
    createPreferenceService(reader, (line) => lines.push(line)).setWindowState(state);
    expect(lines).toEqual([]);
  });
});
