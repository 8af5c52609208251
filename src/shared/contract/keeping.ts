/** The record as a whole, and single runs in files: backed up, carried. */
import { z } from 'zod';
import type { ErrorMessage } from '../errors.ts';
import type {
  CopyProgress,
  ExaminedBackup,
  ImportedBundle,
  LastBackup,
  MovedRecord,
  OldRecord,
  ReplacedRecord,
  RestoredRecord,
} from '../keeping.ts';
import type { ChosenFile } from './app.ts';
import { feed, job, request } from './define.ts';
import { fileHandle, id, none } from './fields.ts';

export const keeping = {
  /** Null where none is known of. */
  'record:last-backup': request<LastBackup | null>()(none),
  /**
   * `refusal`: why the record cannot be moved from here; null when it can. `restoreRefusal`: the same of putting a backup in its place.
   * `old`: what is left where it lay before. `isNamed`: the folder was named with --data or FOLIO_DATA, so that no move would be found again.
   * `typed`: what a person types where the page cannot do it, each to be followed by a folder or a file; null where the page can.
   */
  'record:place': request<{
    readonly refusal: ErrorMessage | null;
    readonly restoreRefusal: ErrorMessage | null;
    readonly old: OldRecord | null;
    readonly isNamed: boolean;
    readonly typed: { readonly move: string; readonly restore: string } | null;
  }>()(none),
  /** A dialog for a folder to move to; null when the person closed it. Only where `host` is `desktop`. */
  'record:choose-folder': request<ChosenFile | null>()(none),
  /** The program ends and starts again: after a move or a restore. Only where `host` is `desktop`. */
  'record:restart': request<null>()(none),
  /** Deletes what is left where the record lay before, for good, or leaves it and asks no more. */
  'record:settle-old': request<{ readonly bytes: number }>()(z.strictObject({ what: z.enum(['delete', 'keep']) })),
} as const;

export interface ExportedRun {
  readonly bytes: number;
  readonly replaced: boolean;
  /** Weights that were left out because they are damaged. */
  readonly damage: number;
  /** Whether training can go on from it. */
  readonly resumable: boolean;
}

export const keepingTopics = {
  /** The whole record in one file, while a training goes on. `damage`: places that were damaged before, and are so in the copy. */
  'record:backup': job<CopyProgress, { readonly bytes: number; readonly runs: number; readonly damage: number }>()(
    z.strictObject({ file: fileHandle }),
  ),
  /**
   * To a folder that was chosen. Nothing can be written from its beginning on; afterwards the program is to be started again. From the phase
   * `replace` on, leaving does not cancel it: how it ended is told by `record:replaced`, to every window.
   */
  'record:move': job<CopyProgress, MovedRecord>()(z.strictObject({ folder: fileHandle })),
  /** Reads a backup whole and says what it would take the place of; changes nothing. The file stays chosen. */
  'record:examine-backup': job<CopyProgress, ExaminedBackup>()(z.strictObject({ file: fileHandle })),
  /**
   * Puts a backup in the place of the record. What fails or is cancelled while it is copied leaves all as it was; with a result the record is
   * closed, and the program is to be started again. From the phase `replace` on it is as with a move. Only where `host` is `desktop`.
   */
  'record:restore': job<CopyProgress, RestoredRecord>()(z.strictObject({ file: fileHandle })),
  /** A whole run. `all`: with the weights of every epoch; else the best and the last. */
  'runs:export-bundle': job<CopyProgress, ExportedRun>()(
    z.strictObject({ id, all: z.boolean(), text: z.boolean(), file: fileHandle }),
  ),
  /** `copy`: beside a run that is here already. Without it such a run is told, nothing is stored, and the file stays chosen. */
  'runs:import-bundle': job<CopyProgress, ImportedBundle>()(z.strictObject({ file: fileHandle, copy: z.boolean() })),
  /** The program is to be started again, and why: once, at once where it is so already. */
  'record:replaced': feed<ReplacedRecord>()(none),
  /** Files of runs that the system handed to the program, for the person to be asked. */
  'files:given': feed<ChosenFile>()(none),
} as const;
