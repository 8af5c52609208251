/** The program itself: what it is, where its files are, what the person prefers. */
import { z } from 'zod';
import type { ReplacedRecord } from '../keeping.ts';
import { preferencesSchema } from '../preferences.ts';
import type { Preferences } from '../preferences.ts';
import { request } from './define.ts';
import { fileHandle, none } from './fields.ts';

export interface AppInfo {
  readonly version: string;
  /** `desktop` has native dialogs and may show folders; a `browser` picks and downloads files by itself. */
  readonly host: 'desktop' | 'browser';
  readonly platform: string;
  /** Where the record lies, for a person to read: no request takes a path. */
  readonly dataDir: string;
  /** Bytes that the record takes on the disk. */
  readonly dataBytes: number;
  readonly logFile: string | null;
  /** Whether TensorFlow can be compiled here: not in a package of Folio, which brings its own. */
  readonly compiles: boolean;
  /** Why the program is to be started again, and nothing but that can be done; null when all is as usual. */
  readonly replaced: ReplacedRecord | null;
}

/** A file that the person chose to read from or to write to. */
export interface ChosenFile {
  readonly handle: string;
  readonly name: string;
  /** Of a file to read; null of one to write. */
  readonly bytes: number | null;
}

export const fileKind = z.enum(['text', 'weights', 'table', 'pack', 'record', 'bundle']);
export type FileKind = z.infer<typeof fileKind>;

export const app = {
  'app:info': request<AppInfo>()(none),
  /** The report of `folio doctor`, to paste. */
  'app:diagnosis': request<string>()(none),
  /** Shows the data folder in the system's file manager. Only where `host` is `desktop`. */
  'app:show-data': request<null>()(none),
  'preferences:get': request<Preferences>()(none),
  /** Changes what is given, keeps the rest; answers with all of it. */
  'preferences:set': request<Preferences>()(preferencesSchema.partial()),
  /** A dialog for a file to read; null when the person closed it. In a browser the page picks and uploads by itself. */
  'files:open': request<ChosenFile | null>()(z.strictObject({ kind: fileKind })),
  /** A dialog for a file to write. In a browser: a place that is handed over as a download once it is written. */
  'files:save': request<ChosenFile | null>()(
    z.strictObject({ kind: fileKind, suggestedName: z.string().min(1).max(200) }),
  ),
  /** Forgets a handle that is no longer wanted. */
  'files:release': request<null>()(z.strictObject({ handle: fileHandle })),
} as const;
