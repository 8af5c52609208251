/** A build is put together in a staging folder beside its place and gets its name only when it is whole. One at a time. */
import { mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { FolioError } from '../../../shared/errors.ts';

const STAGING = 'staging-';
const RETIRED = 'retired-';
const RETRY_MS = 500;
/** A lock that has not been renewed for so long belonged to a process that died. */
const STALE_MS = 20_000;

/**
 * Runs `work` while no other process installs into `root`, after clearing away what dead installs left there.
 *
 * @param waiting told once when another process is at it and this one waits
 * @param work gets a signal that ends when the caller's does, or when the lock is lost (the computer slept)
 */
export async function withInstallLock<T>(
  root: string,
  options: { readonly signal?: AbortSignal | undefined; readonly waiting: () => void },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  await mkdir(root, { recursive: true });
  const lost = new AbortController();
  const signal = options.signal === undefined ? lost.signal : AbortSignal.any([options.signal, lost.signal]);
  const release = await acquire(root, signal, options.waiting, (error) => {
    const message = 'The installation lost its lock: the computer slept, or the cache was cleared.';
    lost.abort(new FolioError('install', message, 'Try again.', { cause: error }));
  });
  try {
    await clearLeftovers(root);
    return await work(signal);
  } finally {
    // A lost lock cannot be released, and the reason has already been thrown.
    await release().catch(() => {});
  }
}

/**
 * Lets `fill` put a build together in a new folder, then moves it to `root`/`id`, replacing what is there. When `fill`
 * throws, nothing is left and what was there stays.
 */
export async function publish(root: string, id: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const staging = await mkdtemp(path.join(root, STAGING));
  try {
    await fill(staging);
    const place = path.join(root, id);
    const retired = path.join(root, `${RETIRED}${path.basename(staging)}`);
    const replaces = await renameIfThere(place, retired);
    try {
      await rename(staging, place);
    } catch (error) {
      // What was there works: without its name the next install would clear it away.
      if (replaces) await rename(retired, place);
      throw error;
    }
    await syncFolder(root);
    await rm(retired, { recursive: true, force: true });
  } catch (error) {
    await rm(staging, { recursive: true, force: true, maxRetries: 3 });
    throw error;
  }
}

/** Takes a folder away: it loses its name at once, and is deleted then. With the lock held. */
export async function retire(root: string, name: string): Promise<void> {
  const retired = await mkdtemp(path.join(root, RETIRED));
  await rename(path.join(root, name), path.join(retired, name));
  await syncFolder(root);
  await rm(retired, { recursive: true, force: true, maxRetries: 3 });
}

/** Whether there was anything to rename. */
async function renameIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

async function acquire(
  root: string,
  signal: AbortSignal,
  waiting: () => void,
  onCompromised: (error: Error) => void,
): Promise<() => Promise<void>> {
  let told = false;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await lock(root, { lockfilePath: path.join(root, 'install.lock'), stale: STALE_MS, onCompromised });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ELOCKED')) throw error;
    }
    if (!told) waiting();
    told = true;
    await sleep(RETRY_MS, undefined, { signal });
  }
}

/** Only called with the lock held, so whatever is there belongs to nobody. */
async function clearLeftovers(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (!name.startsWith(STAGING) && !name.startsWith(RETIRED)) continue;
    await rm(path.join(root, name), { recursive: true, force: true, maxRetries: 3 });
  }
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
