/**
 * One file of a pack, from a server to a folder. It grows as `NAME.part`, is hashed as it comes, and gets its name when its SHA-256 is the
 * pinned one. What broke off goes on where it ended: the server is asked for the rest, and the hash decides whether that was the same file.
 */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hashFile } from '../cache.ts';
import { ask, type Answer } from './ask.ts';
import type { PackFile } from './pinned.ts';
import { BrokenOff, cutShort, stalled, tooLong, wrongHash } from './refusals.ts';

export interface FetchOptions {
  /** Where the file grows and stays. */
  readonly folder: string;
  readonly address: URL;
  readonly signal: AbortSignal;
  /** Bytes of it that are there; `checking` while those of an earlier download are read again. */
  readonly progress: (done: number, checking: boolean) => void;
  /** A server that sends nothing for so long is given up. */
  readonly stallMs?: number;
  /** Before a download that broke off is taken up again. */
  readonly pauseMs?: number;
}

const STALL_MS = 30_000;
const PAUSE_MS = 1_000;

/** Where a growing file lies. */
export const partName = (file: PackFile): string => `${file.name}.part`;

/**
 * Fetches what is missing of a file. A download that breaks off is taken up again as long as each attempt brings something.
 *
 * @returns the file's path
 * @throws FolioError 'install' with file, host and reason (see refusals.ts); the signal's reason when cancelled; what the disk throws
 */
export async function fetchFile(file: PackFile, options: FetchOptions): Promise<string> {
  const whole = path.join(options.folder, file.name);
  const part = path.join(options.folder, partName(file));
  if ((await sizeOf(whole)) !== null) {
    // It was checked before it got its name; a disk may have lost it since.
    const sha256 = await hashFile(whole, (done) => options.progress(done, true), options.signal);
    if (sha256 === file.sha256) return whole;
    await rm(whole);
  }
  for (let resumed = ((await sizeOf(part)) ?? 0) > 0; ;) {
    const before = (await sizeOf(part)) ?? 0;
    try {
      const { sha256, host } = await attempt(file, part, options);
      if (sha256 === file.sha256) break;
      await rm(part, { force: true });
      // The beginning may be another server's, or older: once more, all of it.
      if (!resumed) throw wrongHash(file, host, sha256);
      resumed = false;
    } catch (error) {
      if (!(error instanceof BrokenOff) || ((await sizeOf(part)) ?? 0) <= before) throw error;
      resumed = true;
      await sleep(options.pauseMs ?? PAUSE_MS, undefined, { signal: options.signal });
    }
  }
  await rename(part, whole);
  return whole;
}

/** One answer of the server, written and hashed; the file has its bytes then, whatever they are. */
async function attempt(
  file: PackFile,
  part: string,
  options: FetchOptions,
): Promise<{ readonly sha256: string; readonly host: string }> {
  const arrived = await anythingIn(options.folder);
  const handle = await open(part, 'a');
  let stall: Stall | null = null;
  try {
    let { hash, bytes } = await hashOf(part, options);
    if (bytes > file.bytes) ({ hash, bytes } = await beginAgain(handle));
    const host = options.address.host;
    if (bytes === file.bytes) return { sha256: hash.digest('hex'), host };
    // Only now: the time that reading the part took is no silence of the server.
    const watch = (stall = new Stall(options.signal, options.stallMs ?? STALL_MS));
    const answer = await ask(file, bytes, options.address, { signal: watch.signal, arrived }).catch(
      (error: unknown) => {
        throw watch.happened ? stalled(file, host, watch.seconds, arrived) : error;
      },
    );
    if (answer.from !== bytes) ({ hash, bytes } = await beginAgain(handle));
    if (answer.total !== null && answer.total > file.bytes) {
      await answer.cancel();
      await rm(part, { force: true });
      throw tooLong(file, answer.host, answer.total);
    }
    bytes = await take(file, answer, { handle, hash, bytes, arrived }, watch, options.progress);
    if (bytes > file.bytes) {
      await rm(part, { force: true });
      throw tooLong(file, answer.host, null);
    }
    await handle.sync();
    if (bytes < file.bytes) throw cutShort(file, answer.host, bytes, arrived || bytes > 0);
    return { sha256: hash.digest('hex'), host: answer.host };
  } finally {
    stall?.end();
    await handle.close();
  }
}

/** What is there when a server begins to answer. */
interface Far {
  readonly handle: FileHandle;
  readonly hash: Hash;
  readonly bytes: number;
  /** Whether anything of the pack had come before. */
  readonly arrived: boolean;
}

/** Writes what comes. What breaks off is on the disk up to there. */
async function take(
  file: PackFile,
  answer: Answer,
  far: Far,
  stall: Stall,
  progress: FetchOptions['progress'],
): Promise<number> {
  const { handle, hash } = far;
  let { bytes } = far;
  const chunks = answer.body[Symbol.asyncIterator]();
  for (;;) {
    stall.resume();
    const next = await chunks.next().catch((error: unknown) => {
      if (stall.happened) throw stalled(file, answer.host, stall.seconds, far.arrived || bytes > 0);
      stall.signal.throwIfAborted();
      throw cutShort(file, answer.host, bytes, far.arrived || bytes > 0, error);
    });
    if (next.done === true) return bytes;
    stall.pause(); // how long the disk takes is not the server's fault
    bytes += next.value.length;
    if (bytes > file.bytes) {
      await answer.cancel();
      return bytes;
    }
    hash.update(next.value);
    await handle.writeFile(next.value); // all of it, at the end: the file is open for appending
    progress(bytes, false);
  }
}

async function hashOf(part: string, options: FetchOptions): Promise<{ hash: Hash; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  if (((await sizeOf(part)) ?? 0) === 0) return { hash, bytes };
  for await (const chunk of createReadStream(part, { highWaterMark: 1 << 20, signal: options.signal })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    options.progress(bytes, true);
  }
  return { hash, bytes };
}

async function beginAgain(handle: FileHandle): Promise<{ hash: Hash; bytes: number }> {
  await handle.truncate(0);
  return { hash: createHash('sha256'), bytes: 0 };
}

/** Whether a folder holds a file that is not empty. */
async function anythingIn(folder: string): Promise<boolean> {
  for (const name of await readdir(folder)) if (((await sizeOf(path.join(folder, name))) ?? 0) > 0) return true;
  return false;
}

async function sizeOf(file: string): Promise<number | null> {
  const found = await stat(file).catch(() => null);
  return found?.size ?? null;
}

/** Ends the request when nothing has come for a while, or when the caller's signal ends it. */
export class Stall {
  readonly signal: AbortSignal;
  readonly seconds: number;
  readonly #abort = new AbortController();
  readonly #ms: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(signal: AbortSignal, ms: number) {
    this.signal = AbortSignal.any([signal, this.#abort.signal]);
    this.seconds = ms / 1000;
    this.#ms = ms;
    this.resume();
  }

  get happened(): boolean {
    return this.#abort.signal.aborted;
  }

  /** From now on it counts, from the beginning. */
  resume(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#abort.abort(), this.#ms);
  }

  /** Nothing is awaited from the server for a while. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
