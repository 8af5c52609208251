import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';

import { createPreferenceService } from '../../src/main/services/preferences.ts';
import { DEFAULT_PREFERENCES, preferencesSchema } from '../../src/shared/preferences.ts';
import { Scratch } from '../store/support.ts';

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
  const store = { setting: () => stored, setSetting: () => undefined };
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
});
