/** The record as a whole: backed up. */
import { z } from 'zod';
import type { CopyProgress, LastBackup } from '../keeping.ts';
import { job, request } from './define.ts';
import { fileHandle, none } from './fields.ts';

export const keeping = {
  /** Null where none is known of. */
  'record:last-backup': request<LastBackup | null>()(none),
} as const;

export const keepingTopics = {
  /** The whole record in one file, while a training goes on. `damage`: places that were damaged before, and are so in the copy. */
  'record:backup': job<CopyProgress, { readonly bytes: number; readonly runs: number; readonly damage: number }>()(
    z.strictObject({ file: fileHandle }),
  ),
} as const;
