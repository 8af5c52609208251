/** A text file on disk, opened once and read in chunks as often as needed. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { FolioError } from '../../../shared/errors.ts';
import { binaryKind, controlShare } from './binary.ts';
import { type ByteSource, detectEncoding, type Encoding } from './detect-encoding.ts';
import { Normalizer } from './normalizer.ts';

/** Small enough to stay in the processor's cache: faster than 1 MB, and a large file leaves less to collect. */
const CHUNK_BYTES = 1 << 16;
/** No text has more control characters than this. */
const MOST_CONTROLS = 0.01;

export interface TextFile {
  readonly path: string;
  /** The file's name without its folder. */
  readonly name: string;
  readonly bytes: number;
  readonly encoding: Encoding;
  /** The text from its start, decoded and with LF line ends, in pieces of whole code points; `done` counts bytes read. */
  pieces(): Generator<{ readonly text: string; readonly done: number }>;
  close(): void;
}

/**
 * Opens a text file and finds its encoding. The caller closes it.
 *
 * @throws FolioError 'file' when it cannot be read, 'corpus' when it is empty or not text.
 */
export async function openTextFile(path: string): Promise<TextFile> {
  const fd = open(path);
  try {
    const stat = guarded(path, () => fstatSync(fd));
    if (stat.isDirectory()) throw new FolioError('file', `${path} is a directory`, 'Name a text file in it.');
    if (!stat.isFile()) {
      throw new FolioError(
        'file',
        `${path} is not a regular file`,
        'It is read more than once: save its text to a file first.',
      );
    }
    if (stat.size === 0) throw new FolioError('corpus', `${path} is empty`, 'Choose a file with text in it.');
    const source: ByteSource = { size: stat.size, read: (position, length) => readAt(path, fd, position, length) };
    const encoding = await textEncoding(path, source);
    return {
      path,
      name: basename(path),
      bytes: stat.size,
      encoding,
      pieces: () => pieces(source, encoding),
      close: () => {
        closeSync(fd);
      },
    };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

async function textEncoding(path: string, source: ByteSource): Promise<Encoding> {
  const start = source.read(0, CHUNK_BYTES);
  const kind = binaryKind(start);
  if (kind !== null) {
    throw new FolioError(
      'corpus',
      `${path} is ${kind}, not a text file`,
      'Save its content as plain text (UTF-8) first.',
    );
  }
  const encoding = await detectEncoding(source);
  if (encoding === null) {
    throw new FolioError(
      'corpus',
      start.includes(0)
        ? `${path} is a binary file, not text: it has NUL bytes`
        : `${path} is not text in any encoding that Folio knows`,
      'Save it as plain text, in UTF-8.',
    );
  }
  if (controlShare(new Normalizer(encoding.id).write(start)) > MOST_CONTROLS) {
    throw new FolioError(
      'corpus',
      `${path} is a binary file, not text: read as ${encoding.label} it is full of control characters`,
      'Save it as plain text, in UTF-8.',
    );
  }
  return encoding;
}

function* pieces(source: ByteSource, encoding: Encoding): Generator<{ readonly text: string; readonly done: number }> {
  const normalizer = new Normalizer(encoding.id);
  let done = 0;
  // Up to the size at opening: a file that grows meanwhile is read as it was.
  while (done < source.size) {
    const bytes = source.read(done, Math.min(CHUNK_BYTES, source.size - done));
    if (bytes.length === 0) break;
    done += bytes.length;
    const text = normalizer.write(bytes);
    if (text !== '') yield { text, done };
  }
  const text = normalizer.end();
  if (text !== '') yield { text, done };
}

/** Without waiting for the other end of a pipe, which may never come; one is refused once it is open. (Windows has no such flag.) */
function open(path: string): number {
  return guarded(path, () => openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)));
}

function readAt(path: string, fd: number, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const count = guarded(path, () => readSync(fd, bytes, filled, length - filled, position + filled));
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

/** Turns what the system says about a file into what a person can use. */
function guarded<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    switch (code) {
      case 'ENOENT':
      case 'ENOTDIR':
        throw new FolioError('file', `there is no file ${path}`, 'Check the name and the folder.', { cause: error });
      case 'EACCES':
      case 'EPERM':
        throw new FolioError('file', `${path} may not be read`, 'Ask for permission to read it, or copy it.', {
          cause: error,
        });
      case 'EISDIR':
        throw new FolioError('file', `${path} is a directory`, 'Name a text file in it.', { cause: error });
      default:
        throw new FolioError(
          'file',
          `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
          undefined,
          {
            cause: error,
          },
        );
    }
  }
}
