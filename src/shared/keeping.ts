/** What is told of long work on whole files: backups, bundles of runs, moves. */
import type { ErrorMessage } from './errors.ts';

/**
 * `copy`: pages are copied. `check`: the copy is read again and compared with its hashes. Both count bytes. `replace`: it takes the record's
 * place, which is a moment that is not measured and can no longer be cancelled.
 */
export interface CopyProgress {
  readonly phase: 'copy' | 'check' | 'replace';
  readonly done: number;
  readonly total: number;
}

/** The last backup that was made of a record. */
export interface LastBackup {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly bytes: number;
  /** Of the file, without its folder. */
  readonly name: string;
  /** Null where it is not known: a browser puts what it fetches where it likes. */
  readonly folder: string | null;
}

/** What came of importing a run. */
export type ImportedBundle =
  | {
      readonly kind: 'imported';
      readonly run: number;
      readonly name: string;
      /** The text that it must be given before it can be trained further; null when it has it, or never will. */
      readonly awaitedText: { readonly sha256: string; readonly name: string } | null;
    }
  /** It is here, from an earlier import or from its own beginning. Nothing was stored. */
  | {
      readonly kind: 'already';
      readonly run: number;
      readonly name: string;
      readonly step: number;
      readonly fileStep: number;
    };

/** A backup that was read whole, and what it would take the place of. */
export interface ExaminedBackup {
  readonly bytes: number;
  readonly runs: number;
  /** When a run of it was last worked on, in milliseconds since 1970; null when there is none. */
  readonly last: number | null;
  /** Places that are damaged in it. */
  readonly damage: number;
  /** The record in use: how many runs it holds, and the folder in which it is kept aside. */
  readonly now: { readonly runs: number; readonly folder: string };
  /** Where the record was moved to and is not now: the folder in use takes its place for good. Null when it is where it should be. */
  readonly lost: string | null;
}

/** What came of putting a backup in the place of the record, which is closed now either way. */
export type RestoredRecord =
  | {
      readonly isRestored: true;
      readonly runs: number;
      readonly bytes: number;
      readonly damage: number;
      /** The file that the record of before is now; null when there was none. */
      readonly kept: string | null;
      /** Why the folder in use could not be noted as the one that counts. */
      readonly problem: ErrorMessage | null;
    }
  /** The record is as it was. */
  | { readonly isRestored: false; readonly problem: ErrorMessage };

/** The record in its new folder, from the next start on. */
export interface MovedRecord {
  readonly folder: string;
  readonly bytes: number;
  /** Places that were damaged before, and are so in the copy. */
  readonly damage: number;
}

/** Why the program is to be started again. */
export type ReplacedRecord =
  | { readonly kind: 'moved'; readonly moved: MovedRecord }
  | { readonly kind: 'restored'; readonly restored: RestoredRecord };

/** What is left where the record lay before. */
export interface OldRecord {
  readonly folder: string;
  readonly bytes: number;
  /** Runs and texts that are new or were changed there since the move: it is not deleted then. */
  readonly newer: number;
  /** Names of some of them; none when it cannot be read. */
  readonly names: readonly string[];
  /** False when it was not noted what it held as it was left: `newer` counts what the record in use does not hold, then. */
  readonly isLeftKnown: boolean;
}
