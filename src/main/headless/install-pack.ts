/** The CUDA pack from the command line, with a progress bar on stderr. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { assertNever, FolioError } from '../../shared/errors.ts';
import type { PackProgress } from '../../shared/contract/packs.ts';
import type { FolioApp } from '../app.ts';
import { abortOnInterrupt } from './context.ts';
import type { CommandContext } from './context.ts';
import { createWorkLine } from './output/work-line.ts';
import type { LiveState } from './output/live-line.ts';
import { bytes, duration } from './output/words.ts';

type Source = Parameters<FolioApp['packs']['install']>[0];

/**
 * Installs the CUDA pack. Ctrl-C cancels, and what was downloaded stays.
 *
 * @param from an address, a folder with the files, or one of them
 */
export async function installCudaPack({ io, output }: CommandContext, app: FolioApp, from: string): Promise<void> {
  const source = await sourceOf(from);
  const line = createWorkLine(io);
  const started = performance.now();
  const { signal, done } = abortOnInterrupt(io);
  try {
    const details = await app.packs.install(source, (progress) => line.show(packState(progress)), signal);
    line.clear();
    output.note(`The CUDA pack is installed (${duration((performance.now() - started) / 1000)}).`);
    if (details['warning'] !== undefined) output.note(details['warning']);
  } finally {
    line.clear();
    done();
  }
}

/** Removes it and says what that freed. */
export async function removeCudaPack({ output }: CommandContext, app: FolioApp): Promise<void> {
  const { cudaPack, installed } = await app.packs.list();
  const build = installed.find(({ id }) => id === cudaPack?.id);
  const freed = (build === undefined ? 0 : await app.packs.remove(build.id)) + (await app.packs.discardDownload());
  output.note(
    freed === 0 ? 'There is no CUDA pack to remove.' : `The CUDA pack is removed; ${bytes(freed)} are free again.`,
  );
}

async function sourceOf(from: string): Promise<Source> {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(from)) return { address: from };
  const path = resolve(from);
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory() === true) return { folder: path };
  if (found?.isFile() === true) return { files: [path] };
  throw new FolioError(
    'usage',
    `--from ${from}: there is no such folder, and it is not an address`,
    'Give the address (https://…) or the folder in which the files of the pack lie.',
  );
}

const DOING = {
  wait: 'waiting for another installation',
  verify: 'checking what is there',
  download: 'downloading the CUDA pack',
  unpack: 'unpacking',
  check: 'trying it out',
} as const satisfies Record<PackProgress['phase'], string>;

function packState({ phase, done, total, bytesPerSecond, secondsLeft }: PackProgress): LiveState {
  const label = DOING[phase];
  switch (phase) {
    case 'verify':
    case 'download':
    case 'unpack': {
      const facts = [`${bytes(done)} of ${bytes(total)}`];
      if (bytesPerSecond !== null) facts.push(`${bytes(bytesPerSecond)}/s`);
      if (secondsLeft !== null) facts.push(`${duration(secondsLeft)} left`);
      return { label, fraction: total > 0 ? Math.min(1, done / total) : null, facts };
    }
    case 'wait':
    case 'check':
      return { label: `${label} …`, fraction: null, facts: [] };
    default:
      return assertNever(phase, 'phase of an installation');
  }
}
