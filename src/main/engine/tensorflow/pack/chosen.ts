/** A pack's files from the person's own disk: recognised by their content, whatever they are called. */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { FolioError } from '../../../../shared/errors.ts';
import { hashFile } from '../cache.ts';
import type { Pack, PackFile } from './pinned.ts';

/** Where each file of the pack is. */
export type Found = ReadonlyMap<PackFile, string>;

/**
 * The files of a pack among these. Only those that have the size of one are read.
 *
 * @param progress bytes that were read of all that will be
 * @returns where they are, and the names of those that are none
 * @throws FolioError 'file' when one cannot be read
 */
export async function recognise(
  paths: readonly string[],
  pack: Pack,
  progress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<{ readonly found: Found; readonly others: readonly string[] }> {
  const candidates: { readonly path: string; readonly bytes: number }[] = [];
  const others: string[] = [];
  for (const file of paths) {
    const bytes = await sizeOf(file);
    if (pack.files.some((wheel) => wheel.bytes === bytes)) candidates.push({ path: file, bytes });
    else others.push(path.basename(file));
  }
  const total = candidates.reduce((sum, { bytes }) => sum + bytes, 0);
  const found = new Map<PackFile, string>();
  let before = 0;
  for (const { path: file, bytes } of candidates) {
    const sha256 = await hashFile(file, (done) => progress(before + done, total), signal);
    before += bytes;
    const wheel = pack.files.find((pinned) => pinned.sha256 === sha256);
    if (wheel === undefined) others.push(path.basename(file));
    else found.set(wheel, file);
  }
  return { found, others };
}

/** The files in a folder, those below it aside. Throws FolioError 'file' when it cannot be read. */
export async function filesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map(({ name }) => path.join(folder, name));
  } catch (error) {
    throw new FolioError('file', `The folder ${folder} cannot be read.`, 'Name another one.', { cause: error });
  }
}

/** So many files are named: one glance shows then whether it is the wrong folder or one file that lacks. */
const NAMED = 3;

/** Throws FolioError 'install' that names what is missing, the first few with their sizes; nothing when nothing is. */
export function requireAll(pack: Pack, found: Found, others: readonly string[]): void {
  const missing = pack.files.filter((file) => !found.has(file));
  if (missing.length === 0) return;
  const files = missing.map(({ name, bytes }) => `${name} (${bytes.toLocaleString('en')} bytes)`);
  const of = `Of the ${pack.files.length} files of the CUDA pack ${missing.length} are missing`;
  throw new FolioError(
    'install',
    files.length <= NAMED
      ? `${of}: ${files.join('; ')}.`
      : `${of}: ${files.slice(0, NAMED).join('; ')}; and ${files.length - NAMED} more.`,
    hintFor(others),
  );
}

function hintFor(others: readonly string[]): string {
  const choose = 'Choose these too: each is recognised by its content, whatever it is called.';
  if (others.length === 0) return choose;
  return others.length <= NAMED
    ? `${choose} What was chosen and is none of them, or is damaged: ${others.join('; ')}.`
    : `${choose} What was chosen and is none of them, or is damaged: ${others.slice(0, NAMED).join('; ')}; and ${others.length - NAMED} more.`;
}

async function sizeOf(file: string): Promise<number> {
  try {
    const found = await stat(file);
    return found.isFile() ? found.size : -1;
  } catch (error) {
    throw new FolioError('file', `${path.basename(file)} cannot be read`, 'Choose it again.', { cause: error });
  }
}
