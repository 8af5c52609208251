/** Before a training: TensorFlow is installed where it is wanted, missing and to be had. */
import type { EngineChoice } from '../../shared/domain.ts';
import { assertNever, FolioError } from '../../shared/errors.ts';
import type { FolioApp } from '../app.ts';
import { abortOnInterrupt } from './context.ts';
import type { CommandContext } from './context.ts';
import { createLiveLine } from './output/live-line.ts';
import type { LiveState } from './output/live-line.ts';
import { bytes, duration } from './output/words.ts';

type InstallProgress = Parameters<Parameters<FolioApp['engines']['install']>[1]>[0];
type Phase = InstallProgress['phase'];

const DOING = {
  wait: 'waiting for another installation',
  download: 'downloading TensorFlow',
  verify: 'checking the download',
  unpack: 'unpacking',
  compile: 'compiling the bridge to it',
  check: 'trying it out',
} as const satisfies Record<Phase, string>;

/**
 * Makes sure that TensorFlow is there when the choice may take it. Where it cannot be had, `auto` says why and goes on
 * without it; a person who named it gets the error. All of it goes to stderr.
 *
 * @throws FolioError from the installation when `choice` is 'tensorflow'; 'cancelled' on Ctrl-C.
 */
export async function prepareEngine(
  context: CommandContext,
  app: FolioApp,
  choice: EngineChoice,
  mayInstall: boolean,
): Promise<void> {
  if (!mayInstall || (choice !== 'auto' && choice !== 'tensorflow')) return;
  const [report] = await app.engines.probe(['tensorflow']);
  // One that failed its self-test is installed already; installing it again would change nothing.
  if (report === undefined || report.available || report.selfTest === 'failed') return;
  const { output } = context;
  output.note('Folio computes fastest with TensorFlow. Installing it once, outside of this folder:');
  try {
    await installTensorFlow(context, app, 'cpu');
  } catch (error) {
    if (choice === 'tensorflow' || !(error instanceof FolioError) || error.code === 'cancelled') throw error;
    output.note(`TensorFlow was not installed: ${error.message}`);
    if (error.hint !== undefined) output.note(error.hint);
    output.note('Going on with the fastest engine that works without it; --no-install skips this attempt.');
  }
}

/** Installs with a progress bar on stderr. Returns what the installation says of itself. Ctrl-C cancels. */
export async function installTensorFlow(
  { io, output }: CommandContext,
  app: FolioApp,
  build: 'cpu' | 'cuda',
): Promise<Readonly<Record<string, string>>> {
  const line = createLiveLine({ stream: io.err, live: io.err.isTTY === true && io.env['TERM'] !== 'dumb' });
  const started = performance.now();
  const { signal, done } = abortOnInterrupt(io);
  try {
    const details = await app.engines.install(build, (progress) => line.show(installState(progress)), signal);
    line.clear();
    output.note(`TensorFlow is installed (${duration((performance.now() - started) / 1000)}).`);
    return details;
  } finally {
    line.clear();
    done();
  }
}

function installState({ phase, done, total }: InstallProgress): LiveState {
  const label = DOING[phase];
  switch (phase) {
    case 'download':
    case 'verify':
    case 'unpack':
      if (total > 0)
        return { label, fraction: Math.min(1, done / total), facts: [`${bytes(done)} of ${bytes(total)}`] };
      return { label, fraction: null, facts: done > 0 ? [bytes(done)] : [] };
    case 'wait':
    case 'compile':
    case 'check':
      return { label: `${label} …`, fraction: null, facts: [] };
    default:
      return assertNever(phase, 'phase of an installation');
  }
}
