/**
 * Where a Folio that serves a data folder can be reached, for a second one that finds the folder taken: the address lies beside the
 * record, readable for its owner alone, because it holds the token.
 */
import { closeSync, fstatSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { FolioError } from '../../../shared/errors.ts';

const knownSchema = z.object({
  pid: z.number().int().positive(),
  /** Of this machine: no other is Folio's. */
  address: z.url({ protocol: /^http$/, hostname: /^127\.0\.0\.1$/ }),
});

/** The cause of an error 'locked': the process that has the record. */
const ownerSchema = z.object({ pid: z.number().int().positive() });

const fileIn = (dataDir: string): string => join(dataDir, 'folio.address');

/**
 * Writes down where this process serves the folder; returns the way to take it back, which
 * does not fail. Where a file cannot be kept from other users (on
 * Windows, or on a drive without permissions) the token is left out. A folder that takes no file is no reason not to serve.
 */
export function publishAddress(dataDir: string, address: string): () => void {
  const file = fileIn(dataDir);
  const fresh = `${file}.new`;
  try {
    rmSync(fresh, { force: true }); // one that lies there may have been made for others to read
    const handle = openSync(fresh, 'wx', 0o600);
    try {
      const known = { pid: process.pid, address: isPrivate(handle) ? address : withoutToken(address) };
      writeFileSync(handle, JSON.stringify(known));
    } finally {
      closeSync(handle);
    }
    renameSync(fresh, file);
  } catch {
    removeQuietly(fresh);
    return () => undefined;
  }
  return () => removeQuietly(file);
}

/** For the process that has taken the folder's lock: an address that one left behind that was killed leads nowhere. */
export function forgetAddress(dataDir: string): void {
  removeQuietly(fileIn(dataDir));
}

/** What cannot be removed does no harm: it is known by a process that does not have the lock (see knownAddress). */
function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // see above
  }
}

/** Whether nobody but the owner can read it. */
function isPrivate(handle: number): boolean {
  return (fstatSync(handle).mode & 0o077) === 0;
}

function withoutToken(address: string): string {
  // The app itself, for a browser that was let in before: the way in asks for a token whatever the cookie says.
  return new URL('/', address).href;
}

/** The address at which the process that has the folder's lock serves it; null where it does not, or is not known to. */
export function knownAddress(dataDir: string, owner: number): string | null {
  try {
    const { pid, address } = knownSchema.parse(JSON.parse(readFileSync(fileIn(dataDir), 'utf8')));
    return pid === owner ? address : null; // one that was killed left its file behind
  } catch {
    return null;
  }
}

/** An error 'locked' with the way to the one that has the folder, where it serves the app; any other error as it is. */
export function withAddress(error: unknown, dataDir: string): unknown {
  if (!(error instanceof FolioError) || error.code !== 'locked') return error;
  const owner = ownerSchema.safeParse(error.cause);
  const address = owner.success ? knownAddress(dataDir, owner.data.pid) : null;
  if (address === null) return error;
  // (No full stop behind an address that is to be copied.)
  const where =
    new URL(address).hash === '' ? 'in the browser in which it was opened before' : 'to use the one that runs';
  const hint = `Open ${address} ${where}. ${error.hint ?? ''}`.trim();
  return new FolioError('locked', error.message, hint, { cause: error });
}
