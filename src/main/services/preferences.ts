/** What a person prefers and how the window was left, kept in the record. What is damaged there falls back to its default, by name. */
import { z } from 'zod';
import { FolioError, toErrorMessage } from '../../shared/errors.ts';
import { DEFAULT_PREFERENCES, preferencesSchema, type Preferences } from '../../shared/preferences.ts';
import type { Store } from '../store/types.ts';

export const windowStateSchema = z.strictObject({
  /** Of the window's outer frame, in device-independent pixels; null lets the system place it. */
  x: z.number().int().nullable(),
  y: z.number().int().nullable(),
  width: z.number().int().min(1).max(100_000),
  height: z.number().int().min(1).max(100_000),
  maximized: z.boolean(),
  fullScreen: z.boolean(),
});
export type WindowState = z.infer<typeof windowStateSchema>;

export interface PreferenceService {
  /** Never fails for what is stored: a value that cannot be used is the default, and the log says so. */
  get(): Preferences;
  /** Changes what is given, keeps the rest and returns all of it. Throws FolioError 'usage' that names a value out of range. */
  set(change: { readonly [Key in keyof Preferences]?: Preferences[Key] | undefined }): Preferences;
  /** Null when it was never stored, or cannot be used. */
  windowState(): WindowState | null;
  /**
   * Never throws: a window that is moved, or closes, has nobody to tell. Written when no other thread stores something; the log says
   * when it cannot be. In a record that is only read nothing is kept.
   */
  setWindowState(state: WindowState): void;
  /**
   * Writes a state that still waits, and reads for the last time: a program that has let go of its record still shows windows. To be called
   * when no other thread writes any more, before the record is closed.
   */
  close(): void;
}

const PREFERENCES = 'preferences';
const WINDOW = 'window';

/** @param log takes a line for whoever looks for the cause */
export function createPreferenceService(
  store: Pick<Store, 'setting' | 'setSetting' | 'writable' | 'readOnly'>,
  log: (line: string) => void,
): PreferenceService {
  const read = (key: string): unknown => {
    const text = store.setting(key);
    if (text === null) return undefined;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      log(`the setting "${key}" is not JSON; the defaults take its place`);
      return undefined;
    }
  };

  const readPreferences = (): Preferences => {
    const stored = read(PREFERENCES);
    if (stored === undefined) return DEFAULT_PREFERENCES;
    const object = z.record(z.string(), z.unknown()).safeParse(stored);
    if (!object.success) {
      log(`the setting "${PREFERENCES}" is not an object; the defaults take its place`);
      return DEFAULT_PREFERENCES;
    }
    return preferencesSchema.parse({ ...DEFAULT_PREFERENCES, ...usable(object.data, log) });
  };

  const readWindow = (): WindowState | null => {
    const stored = read(WINDOW);
    if (stored === undefined) return null;
    const parsed = windowStateSchema.safeParse(stored);
    if (parsed.success) return parsed.data;
    log(`the stored state of the window cannot be used: ${z.prettifyError(parsed.error)}`);
    return null;
  };

  /** What was true when the record was closed. */
  let last: { readonly preferences: Preferences; readonly window: WindowState | null } | null = null;
  const get = (): Preferences => whileOpen(readPreferences, () => last?.preferences);

  /** The window's last state, while it waits to be written. */
  let pending: WindowState | null = null;
  const writePending = (): void => {
    const state = pending;
    pending = null;
    if (state === null) return;
    try {
      store.setSetting(WINDOW, JSON.stringify(windowStateSchema.parse(state)));
    } catch (error) {
      log(`the window's place could not be kept: ${toErrorMessage(error).message}`);
    }
  };

  return {
    get,
    set(change) {
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      const parsed = preferencesSchema.safeParse({ ...get(), ...given });
      if (!parsed.success) {
        throw new FolioError('usage', `this cannot be a preference: ${z.prettifyError(parsed.error)}`);
      }
      store.setSetting(PREFERENCES, JSON.stringify(parsed.data));
      return parsed.data;
    },
    windowState: () => whileOpen(readWindow, () => last?.window),
    setWindowState(state) {
      if (store.readOnly) return;
      pending = state;
      const turn = store.writable();
      if (turn === null) writePending();
      else void turn.then(writePending);
    },
    close() {
      writePending();
      try {
        last = { preferences: readPreferences(), window: readWindow() };
      } catch (error) {
        if (last !== null) return; // it was closed before
        last = { preferences: DEFAULT_PREFERENCES, window: null };
        log(`what the window is to look like could not be read: ${toErrorMessage(error).message}`);
      }
    },
  };
}

/** What is in the record, or was when that was closed. */
function whileOpen<T>(read: () => T, last: () => T | undefined): T {
  try {
    return read();
  } catch (error) {
    const known = last();
    if (known === undefined) throw error;
    return known;
  }
}

/** The preferences among these that this version knows and accepts; the others are named in the log. */
function usable(stored: Readonly<Record<string, unknown>>, log: (line: string) => void): Partial<Preferences> {
  const kept: Record<string, unknown> = {};
  const schemas: Readonly<Record<string, z.ZodType>> = preferencesSchema.shape;
  for (const [key, value] of Object.entries(stored)) {
    const schema = Object.hasOwn(schemas, key) ? schemas[key] : undefined;
    if (schema === undefined) log(`the preference "${key}" is not known to this version`);
    else if (schema.safeParse(value).success) kept[key] = value;
    else log(`the preference "${key}" cannot be ${JSON.stringify(value).slice(0, 100)}; its default takes its place`);
  }
  return kept;
}
