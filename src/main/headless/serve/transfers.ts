/**
 * Files between a browser and the program: uploads become temporary files in the data folder, and what the program writes for a browser
 * goes there first and is fetched once. A window only ever holds handles (services/chosen-files.ts).
 */
import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join, sep } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ChosenFile } from '../../../shared/contract/app.ts';
import { FolioError } from '../../../shared/errors.ts';
import type { ChosenFiles } from '../../services/chosen-files.ts';
import { freeDisk } from '../../services/machine.ts';
import { bytes as inWords } from '../output/words.ts';

/** The largest upload. A text of this size holds the complete works of anybody a thousand times over. */
const MAX_UPLOAD_BYTES = 2 * 1024 ** 3;
/** Stays free for the record: a training that cannot store its checkpoint is worse than a refused upload. */
const RESERVE_BYTES = 256 * 1024 ** 2;

export interface TransferLimits {
  readonly uploadBytes: number;
  /** Bytes that the disk of a folder has left; null where it does not say. */
  readonly freeBytes: (folder: string) => number | null;
}

const LIMITS: TransferLimits = { uploadBytes: MAX_UPLOAD_BYTES, freeBytes: freeDisk };

export class Transfers {
  readonly #folder: string;
  readonly #files: ChosenFiles;
  readonly #limits: TransferLimits;
  /** Files, uploaded or to be fetched, that handles were given out for. */
  readonly #given = new Set<string>();
  /** Handles whose download is under way. */
  readonly #sending = new Set<string>();

  /** Empties the folder of what an earlier process left. @param folder of this object's own, made when it is needed */
  constructor(folder: string, files: ChosenFiles, limits: TransferLimits = LIMITS) {
    this.#folder = folder;
    this.#files = files;
    this.#limits = limits;
    this.clear();
  }

  /** Deletes everything that is there. What is in the way (a file that is open, on Windows) goes at the next start. */
  clear(): void {
    this.#given.clear();
    try {
      rmSync(this.#folder, { recursive: true, force: true, maxRetries: 2 });
    } catch {
      // as said above
    }
  }

  /** A path for a file that the program will write for the browser. Its last part is the name that the person will see. */
  async place(name: string): Promise<string> {
    const path = await this.#newPath(name);
    this.#given.add(path);
    return path;
  }

  /**
   * Takes an upload whole, or leaves nothing of it.
   *
   * @throws FolioError 'file' when it is too large, there is no room for it, or it breaks off
   */
  async receive(request: IncomingMessage, name: string): Promise<ChosenFile> {
    await this.tidy();
    const limit = this.#limit();
    if (Number(request.headers['content-length'] ?? 0) > limit.bytes) throw limit.error();
    const path = await this.#newPath(name);
    try {
      await pipeline(request, atMost(limit), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
      const chosen = await this.#files.toRead(path, name);
      this.#given.add(path);
      return chosen;
    } catch (error) {
      await remove(path);
      if (error instanceof FolioError) throw error;
      throw new FolioError('file', `${name} did not arrive whole`, 'Choose it again.', { cause: error });
    }
  }

  /**
   * Hands a written file over and forgets it once all of it is gone; a download that breaks off can be tried again.
   *
   * @throws FolioError 'file' for a handle that is not one of a file to fetch, or whose file is not written yet; nothing is sent then
   */
  async send(handle: string, name: string, response: ServerResponse): Promise<void> {
    const path = this.#files.path(handle, 'write');
    const size = path.startsWith(join(this.#folder, sep)) ? await sizeOf(path) : null;
    if (size === null || this.#sending.has(handle)) {
      throw new FolioError('file', 'this file is not ready to be fetched', 'Export it again.');
    }
    this.#sending.add(handle);
    try {
      response.writeHead(200, {
        'Content-Type': 'application/octet-stream',
        'Content-Length': size,
        'Content-Disposition': disposition(fileName(name)),
      });
      await pipeline(createReadStream(path), response);
      this.#files.release(handle);
      await remove(path);
    } finally {
      this.#sending.delete(handle);
    }
  }

  /** Deletes files whose handle was given back: they were read, fetched, or are not wanted any more. To be called now and then. */
  async tidy(): Promise<void> {
    for (const path of [...this.#given]) {
      if (this.#files.knows(path)) continue;
      this.#given.delete(path);
      await remove(path);
    }
  }

  async #newPath(name: string): Promise<string> {
    const folder = join(this.#folder, randomUUID());
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return join(folder, fileName(name));
  }

  #limit(): Limit {
    const free = this.#limits.freeBytes(dirname(this.#folder));
    const room = free === null ? Infinity : Math.max(0, free - RESERVE_BYTES);
    if (room < this.#limits.uploadBytes) {
      const error = (): FolioError =>
        new FolioError('file', `the disk of the data folder has room for ${inWords(room)} only`, 'Free some space.');
      return { bytes: room, error };
    }
    const error = (): FolioError =>
      new FolioError(
        'file',
        `it is larger than ${inWords(this.#limits.uploadBytes)}, the most that a browser can hand over`,
        'Use a part of it.',
      );
    return { bytes: this.#limits.uploadBytes, error };
  }
}

interface Limit {
  readonly bytes: number;
  readonly error: () => FolioError;
}

function atMost({ bytes, error }: Limit): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      seen += chunk.byteLength;
      if (seen > bytes) done(error());
      else done(null, chunk);
    },
  });
}

/** With its folder, which holds nothing else. */
async function remove(path: string): Promise<void> {
  await rm(dirname(path), { recursive: true, force: true }).catch(() => undefined); // the next start tries again
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : null;
  } catch {
    return null;
  }
}

/** A name that every file system takes, in one folder and no other. */
export function fileName(name: string): string {
  const plain = name
    // eslint-disable-next-line no-control-regex -- characters that no file system or terminal should be given
    .replaceAll(/[\u0000-\u001f\u007f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]/g, '_')
    .toWellFormed()
    .replace(/^[.\s]+/, '')
    .replace(/[.\s]+$/, '');
  if (plain === '') return 'file';
  const bounded = withinBytes(plain, MOST_NAME_BYTES);
  return /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(bounded) ? `_${bounded}` : bounded;
}

/** A name has 255 bytes at most, the one that is written first among them. */
const MOST_NAME_BYTES = 200;

/** Cut before its ending, which says what the file is, and between two characters. */
function withinBytes(name: string, most: number): string {
  if (Buffer.byteLength(name) <= most) return name;
  const ending = /\.[a-z0-9]{1,16}$/i.exec(name)?.[0] ?? '';
  let room = most - ending.length;
  let stem = '';
  for (const character of name.slice(0, name.length - ending.length)) {
    room -= Buffer.byteLength(character);
    if (room < 0) break;
    stem += character;
  }
  return `${stem.replace(/[.\s]+$/, '')}${ending}`;
}

/** RFC 6266: plain ASCII for who knows no better, and the name itself. */
function disposition(name: string): string {
  const plain = name.replaceAll(/[^\x20-\x7e]|["%]/g, '_');
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  });
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
