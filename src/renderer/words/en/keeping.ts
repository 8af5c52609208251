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
  already: (name: string) => `This run is here already, as “${name}”. Nothing was imported.`,
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
  moveByHand: 'To move the record, close Folio and type this in a terminal: folio move --to DIR',
  moved: (folder: string, bytes: string) =>
    `The record is in ${folder} now (${bytes}), checked. Folio works with it as soon as it starts again; until then nothing is stored.`,
  restart: 'Start again',
  oldRecord: (folder: string, bytes: string) =>
    `The record as it was before the move is still in ${folder} (${bytes}). If all is there in the new place, it is not needed any more.`,
  oldRecordNewer: (folder: string, count: number) =>
    `The record in ${folder}, from which this one was moved, holds work since the move (runs and texts: ${count}). Export it first: start Folio with --data ${folder}.`,
  deleteOld: 'Delete the old one',
  deleteOldReally: 'Delete it for good',
  keepOld: 'Keep it and ask no more',
  deletedOld: (bytes: string) => `The old record is deleted; ${bytes} were freed.`,

  restoreTitle: 'How to put a backup back',
  restoreInTerminal:
    'Close Folio. Then, in a terminal: folio restore FILE. With --replace the record that is there stays beside it, under a name with the date; --data names another folder.',
  restoreByHand:
    'By hand: quit Folio, move the file folio.db (and folio.db-wal, if there is one) out of the data folder shown above and keep it, put the backup there under the name folio.db, and start Folio.',
};
