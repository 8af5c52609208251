/** Words of backing up, carrying and moving. */
export const keeping = {
  beginning: 'Beginning…',
  phases: { copy: 'Copying', check: 'Checking' },
  phase: (phase: string, done: string, total: string) => `${phase}: ${done} of ${total}`,

  backup: 'Backup',
  backUp: 'Back up now…',
  neverBackedUp: 'No backup has been made yet. It is one file; a training goes on meanwhile.',
  lastBackup: (moment: string, name: string, bytes: string) => `Last made ${moment}: ${name} (${bytes}).`,
  backedUp: (bytes: string, count: string, runs: number) =>
    `The backup is made (${bytes}, ${count} ${runs === 1 ? 'run' : 'runs'}), was read again and is whole.`,
  backupDamage: 'The record was damaged in places before, and the copy is as it is: the diagnosis lists them.',
  restoreTitle: 'How to put a backup back',
  restoreSteps: [
    'Close Folio. Then, in a terminal: folio restore FILE. With --replace the record that is there stays beside it, under a name with the date; --data names another folder.',
    'Without a terminal: move the file folio.db (and folio.db-wal, if there is one) out of the data folder, and put the backup there under the name folio.db.',
  ],
};
