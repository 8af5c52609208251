/** What a file holds that is to be imported, put back or written over, by its first bytes: what it is called says little. */
import { open, stat } from 'node:fs/promises';
import { FolioError } from '../../shared/errors.ts';
import { BUNDLE_ID } from '../store/bundle-schema.ts';
import { APPLICATION_ID } from '../store/migrate.ts';
import { explaining } from './weights-file.ts';

/** `bundle`: a whole run. `weights`: safetensors. */
export type ImportKind = 'bundle' | 'weights';

/** Of SQLite's header, which ends with the program's own number. */
const HEAD_BYTES = 100;
const SQLITE = 'SQLite format 3\0';
const SQLITE_OWNER = 68;
/** Safetensors begins with the length of its header, eight bytes of which no real one needs the upper four; then comes JSON. */
const LENGTH_UPPER = 4;
const JSON_START = 8;

/**
 * Whether the rest of it is as its beginning says shows when it is read.
 *
 * @throws FolioError 'file' when it cannot be read, and when it is neither: what Folio takes is said then
 */
export async function importKind(file: string): Promise<ImportKind> {
  const kind = await kindOf(file);
  if (kind === 'bundle' || kind === 'weights') return kind;
  if (kind === 'record') {
    throw new FolioError(
      'file',
      `${file} is a whole record, or a backup of one, and not a single run`,
      'A backup is restored, not imported. A single run comes as a .folio file: export it there.',
    );
  }
  throw new FolioError(
    'file',
    `${file} is neither a run that Folio exported (.folio) nor weights (.safetensors)`,
    'Export the run, or its weights, from Folio; or save weights of Keras or PyTorch as safetensors. A text to learn from is given to a new run.',
  );
}

/**
 * For what asks for one kind only.
 *
 * @throws FolioError 'file' for the other one as well, with the name that it should have
 */
export async function requireKind(file: string, wanted: ImportKind): Promise<void> {
  const found = await importKind(file);
  if (found === wanted) return;
  throw found === 'bundle'
    ? new FolioError('file', `${file} holds a whole run, and its name says weights`, 'Let its name end in .folio.')
    : new FolioError('file', `${file} holds weights, and its name says a run`, 'Let its name end in .safetensors.');
}

/**
 * For what puts a backup back.
 *
 * @throws FolioError 'damaged' for what no backup begins with, 'file' for a single run
 */
export async function requireBackup(file: string): Promise<void> {
  const kind = await kindOf(file);
  if (kind === 'record') return;
  throw kind === 'bundle'
    ? new FolioError('file', `${file} is a single run, not a backup`, 'It is imported: `folio import` takes it.')
    : new FolioError(
        'damaged',
        `${file} is not a backup that Folio made`,
        'Choose a file that `folio backup` or the app wrote.',
      );
}

/**
 * To be asked before a backup takes a name: only a backup is replaced by one.
 *
 * @throws FolioError 'file' when another file has the name, which is said to be what it is
 */
export async function refuseOtherThanBackup(file: string): Promise<void> {
  if (await isNothing(file)) return;
  const kind = await kindOf(file);
  if (kind === 'record') return;
  const hint = 'Choose another name, or delete that file first.';
  switch (kind) {
    case 'bundle':
      throw new FolioError('file', `${file} is a run that was exported, and no backup takes its place`, hint);
    case 'weights':
      throw new FolioError('file', `${file} holds weights, and no backup takes its place`, hint);
    case null:
      throw new FolioError('file', `${file} is there already and is no backup, so none takes its place`, hint);
  }
}

/** The same for what is exported. Throws FolioError 'file' for a backup: nothing but another one takes its place. */
export async function refuseBackup(file: string): Promise<void> {
  if ((await isNothing(file)) || (await kindOf(file)) !== 'record') return;
  throw new FolioError(
    'file',
    `${file} is a backup of a whole record, and only another backup takes its place`,
    'Choose another name, or delete that file first.',
  );
}

/** Whether there is no file, or an empty one; what is a folder or the like is told by who writes. */
async function isNothing(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => null);
  return found?.isFile() !== true || found.size === 0;
}

/** Null for a file of no kind that Folio makes. */
async function kindOf(file: string): Promise<ImportKind | 'record' | null> {
  const head = await explaining(file, () => firstBytes(file));
  if (head.toString('latin1', 0, SQLITE.length) === SQLITE && head.length === HEAD_BYTES) {
    const owner = head.readUInt32BE(SQLITE_OWNER);
    return owner === BUNDLE_ID ? 'bundle' : owner === APPLICATION_ID ? 'record' : null;
  }
  const isWeights =
    head.length > JSON_START && head.readUInt32LE(LENGTH_UPPER) === 0 && head[JSON_START] === 0x7b; /* { */
  return isWeights ? 'weights' : null;
}

async function firstBytes(file: string): Promise<Buffer> {
  const opened = await open(file);
  try {
    if ((await opened.stat()).isDirectory()) {
      throw new FolioError('file', `${file} is a folder`, 'Choose a .folio or .safetensors file in it.');
    }
    const head = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await opened.read(head, 0, HEAD_BYTES, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await opened.close();
  }
}
