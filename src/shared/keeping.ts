/** What is told of long work on whole files: backups, bundles of runs, moves. */

/** `copy`: pages are copied. `check`: the copy is read again and compared with its hashes. Both count bytes. */
export interface CopyProgress {
  readonly phase: 'copy' | 'check';
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

/** What is left where the record lay before. */
export interface OldRecord {
  readonly folder: string;
  readonly bytes: number;
  /** Runs and texts that are new or were changed there since the move: it is not deleted then. */
  readonly newer: number;
}
