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
