/** Words of backing up, carrying and moving. */
export const keeping = {
  beginning: 'Beginning…',
  phases: { copy: 'Copying', check: 'Checking', replace: 'Putting it in its place…' },
  phase: (phase: string, done: string, total: string) => `${phase}: ${done} of ${total}`,

  backup: 'Backup',
  backUp: 'Back up now…',
  neverBackedUp: 'No backup has been made yet. It is one file; a training goes on meanwhile.',
  lastBackup: (moment: string, name: string, bytes: string, folder: string | null) =>
    `Last made ${moment}: ${name} (${bytes})${folder === null ? '' : `, in ${folder}`}`,
  backedUp: (bytes: string, count: string, runs: number) =>
    `The backup is made (${bytes}, ${count} ${runs === 1 ? 'run' : 'runs'}), was read again and is whole.`,
  backupDamage: 'The record was damaged in places before, and the copy is as it is: the diagnosis lists them.',
  exportRun: 'Export the whole run…',
  exportTitle: (name: string) => `Export “${name}”`,
  exportText:
    'One file with settings, losses, samples, notes and weights. Another Folio, on another computer, goes on from it as if the run had never left.',
  exportAll: 'The weights of every epoch, not only of the best and the last',
  exportWithText: 'With the text that it learnt from',
  exportWithoutText:
    'The other computer can write and compare with it. To train further it must be given the same text, which it recognises.',
  exportChoose: 'Choose where to…',
  exported: (name: string, bytes: string) => `“${name}” is written, whole and checked: ${bytes}.`,
  exportDamage: 'Weights that are damaged were left out.',
  exportUnresumable: 'There is nothing in it to train further from.',
  /** A link to the run, by its name, follows. */
  alreadyFile: (file: string) => `Nothing was imported: the run in ${file} is here already, as`,
  importCopy: 'Import a second one',
  awaitsText: (name: string, text: string) =>
    `“${name}” came without its text, “${text}”. Add the same text under Texts, and it can be trained further.`,
  givenLabel: (name: string) => `A file to import: ${name}`,
  given: (name: string, bytes: string) => `Import the run in ${name} (${bytes})?`,
  takeGiven: 'Import it',
  leaveGiven: 'Not now',

  move: 'Move',
  moveTo: 'Move to another folder…',
  moveText: 'It is copied, checked, and Folio starts again with it. The old one stays until you have it deleted.',
  moveByHand: 'To move the record, close Folio and type this in the terminal from which it was started:',
  /** What takes the place of a name in a command. */
  aFolder: 'DIR',
  aFile: 'FILE',
  moveNamed:
    'This folder was named when Folio was started, with --data or FOLIO_DATA. To move it, close Folio, move the folder yourself, and name its new place in the same way.',
  isMoved: 'The record is moved',
  moved: (folder: string, bytes: string) =>
    `The record is in ${folder} now (${bytes}), checked. Folio works with it as soon as it starts again; until then nothing is stored.`,
  restart: 'Start again',
  oldRecord: (folder: string, bytes: string) =>
    `The record as it was before the move is still in ${folder} (${bytes}). If all is there in the new place, it is not needed any more.`,
  oldRecordNewer: (folder: string, count: number, names: string) =>
    `The record in ${folder} holds work that is not in this one (runs and texts: ${count}; ${names}). Export it first: start Folio with that folder as FOLIO_DATA. Then delete its files yourself: folio.db, folio.db-wal and folio.db-shm.`,
  oldRecordUnknown: (folder: string, count: number, names: string) =>
    `The record in ${folder} may hold work that is not in this one: it was not noted what it held when it was left (runs and texts that differ: ${count}; ${names}). Look into it first: start Folio with that folder as FOLIO_DATA. Only then delete its files yourself: folio.db, folio.db-wal and folio.db-shm.`,
  quotedNames: (names: readonly string[]) => names.map((name) => `“${name}”`).join(', '),
  oldRecordUnreadable: (folder: string) =>
    `The record in ${folder} cannot be read, so it is not deleted from here: it may be the one copy of something.`,
  deleteOld: 'Delete the old one',
  deleteOldReally: 'Delete it for good',
  keepOld: 'Keep it and ask no more',
  deletedOld: (bytes: string) => `The old record is deleted; ${bytes} were freed.`,

  restore: 'Restore',
  restoreText:
    'A backup takes the place of this record. It is read whole and checked first, and what is here now is kept.',
  restoreChoose: 'Choose a backup…',
  restoreFound: (name: string, runs: string, count: number, bytes: string, last: string | null) =>
    `${name} holds ${runs} ${count === 1 ? 'run' : 'runs'} (${bytes}${last === null ? '' : `, last worked on ${last}`}), was read whole and is sound.`,
  restoreFoundDamage: (name: string, runs: string, count: number, bytes: string, last: string | null) =>
    `${name} holds ${runs} ${count === 1 ? 'run' : 'runs'} (${bytes}${last === null ? '' : `, last worked on ${last}`}) and is damaged in places: they are restored as they are, and the diagnosis lists them.`,
  restoreReplaces: (runs: string, count: number, folder: string) =>
    count === 0
      ? `It takes the place of this record, which holds no run and is kept in ${folder}, under a name with the date. Folio then starts again.`
      : `It takes the place of this record: the ${runs} ${count === 1 ? 'run' : 'runs'} of now ${count === 1 ? 'is' : 'are'} kept aside in ${folder}, under a name with the date, and Folio no longer shows ${count === 1 ? 'it' : 'them'}. Folio then starts again.`,
  restoreLost: (lost: string, folder: string) =>
    `From then on ${folder} counts. Should ${lost}, which is not there now, come back, its record is offered here as an old one.`,
  restoreUnfit: 'This file cannot be put back',
  restoreNow: 'Replace the record',
  restored: 'The backup is in its place',
  restoredRuns: (runs: string, count: number, bytes: string) =>
    `The record holds ${runs} ${count === 1 ? 'run' : 'runs'} now (${bytes}).`,
  restoredKept: (file: string) => `The record that was here before is ${file}`,
  restoredRestart: 'Folio has to start again to work with it.',
  notRestored: 'The backup was not put in its place',
  notRestoredRestart: 'The record is as it was. Folio had to let go of it, and has to start again.',
  restoreInTerminal: 'Close Folio and type this in the terminal from which it was started:',
  restoreKeeps: 'The record that is there stays beside it, under a name with the date.',
};
