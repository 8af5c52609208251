import { readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import Database from 'better-sqlite3';
import { z } from 'zod';

import { FolioError } from '../../shared/errors.ts';
import { explained, systemCode } from './sqlite-errors.ts';

const ownerSchema = z.object({
  pid: z.number().int(),
  command: z.string(),
  since: z.number(),
  /** Whether it is the program with the window. */
  isWindow: z.boolean().optional(),
});

/** The process that writes to a record, as it described itself. */
export type LockOwner = z.infer<typeof ownerSchema>;

export interface WriterLock {
  release(): void;
}

/** The folders whose lock this process has. */
const ours = new Set<string>();

export type LockAttempt =
  | { readonly held: true; readonly lock: WriterLock }
  /** `owner` is null in the moment before the other process has written down who it is. */
  | { readonly held: false; readonly owner: LockOwner | null };

/**
 * Takes the one writer's lock of a data folder: an exclusive transaction, open for as long as the lock is held, on a small
 * SQLite file. The operating system drops it when the process ends, however it ends, so there is no stale lock to clean up.
 * (The record itself cannot carry this lock: read-only instances would be shut out.)
 */
export function takeWriterLock(dataDir: string, waitMilliseconds: number): LockAttempt {
  const path = join(dataDir, 'folio.lock');
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { timeout: waitMilliseconds });
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db?.close();
    if (systemCode(error)?.startsWith('SQLITE_BUSY') === true) return { held: false, owner: readOwner(dataDir) };
    throw explained(error, path);
  }
  const held = db;
  const ownerFile = join(dataDir, 'folio.owner');
  try {
    const isWindow = process.versions['electron'] !== undefined;
    const owner: LockOwner = { pid: process.pid, command: commandLine(), since: Date.now(), isWindow };
    writeFileSync(`${ownerFile}.new`, JSON.stringify(owner));
    renameSync(`${ownerFile}.new`, ownerFile);
  } catch (error) {
    held.close();
    throw explained(error, ownerFile);
  }
  const place = realpathSync(dataDir);
  ours.add(place);
  return {
    held: true,
    lock: {
      release() {
        ours.delete(place);
        try {
          rmSync(ownerFile, { force: true });
        } finally {
          held.close();
        }
      },
    },
  };
}

/**
 * Does something for which a data folder must be nobody else's: under the lock that this process has already, or under one for as long as it takes.
 *
 * @param work ends at once: nothing of this process comes in between then
 * @throws FolioError 'locked' when another process has it, 'file'
 */
export function underWriterLock<T>(dataDir: string, waitMilliseconds: number, work: () => T): T {
  if (ours.has(realpathSync(dataDir))) return work();
  const attempt = takeWriterLock(dataDir, waitMilliseconds);
  if (!attempt.held) {
    throw new FolioError('locked', `${describeOwner(attempt.owner)} is working with ${dataDir}`, 'Close it first.');
  }
  try {
    return work();
  } finally {
    attempt.lock.release();
  }
}

/** In words, for a message: "the window (process 4711)", "`folio train` (process 4712)". */
export function describeOwner(owner: LockOwner | null): string {
  if (owner === null) return 'another process';
  const { pid, command, isWindow = false } = owner;
  if (isWindow) return `the window (process ${pid})`;
  const [program, ...words] = command.split(' ');
  if (program === 'start') return `\`npm start\` (process ${pid})`;
  if (program !== 'folio') return `process ${pid}`;
  const name = words.find((word, at) => /^[a-z][a-z-]*$/.test(word) && words[at - 1] !== '--data');
  return name === undefined ? `\`folio\` (process ${pid})` : `\`folio ${name}\` (process ${pid})`;
}

function readOwner(dataDir: string): LockOwner | null {
  try {
    return ownerSchema.parse(JSON.parse(readFileSync(join(dataDir, 'folio.owner'), 'utf8')));
  } catch {
    return null; // absent or half a moment old: the message then says "another process"
  }
}

function commandLine(): string {
  const script = basename(process.argv[1] ?? process.argv0).replace(/\.[cm]?[jt]s$/, '');
  return [script, ...process.argv.slice(2)].join(' ').slice(0, 200);
}
