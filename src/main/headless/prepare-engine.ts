/** Before a training: TensorFlow is installed where it is wanted, missing and to be had. */
import { z } from 'zod';
import type { EngineChoice } from '../../shared/domain.ts';
import { assertNever, FolioError } from '../../shared/errors.ts';
import type { FolioApp } from '../app.ts';
import { refuseWrongLevel } from '../services/asked-level.ts';
import { abortOnInterrupt } from './context.ts';
import type { CommandContext } from './context.ts';
import type { Io } from './io.ts';
import { createWorkLine } from './output/work-line.ts';
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
 * without it, and does not try again for a day; a person who named it gets the error. All of it goes to stderr.
 *
 * @returns 'failed' when the person has been told why it is not there.
 * @throws FolioError from the installation when `choice` is 'tensorflow'; 'cancelled' on Ctrl-C; 'usage' for a wrong FOLIO_NATIVE_LEVEL,
 *   for which TensorFlow would look as if it were broken.
 */
export async function prepareEngine(
  context: CommandContext,
  app: FolioApp,
  choice: EngineChoice,
  mayInstall: boolean,
): Promise<'failed' | null> {
  refuseWrongLevel(choice, context.io.env);
  if (!mayInstall || (choice !== 'auto' && choice !== 'tensorflow')) return null;
  const reason = await whyMissing(app);
  if (reason === null) return null;
  const { output, io } = context;
  const circumstances = circumstancesOf(app, reason, io);
  const failure = choice === 'auto' ? rememberedFailure(app, circumstances) : null;
  if (failure !== null) {
    const hint = failure.hint === undefined ? '' : ` ${failure.hint}`;
    output.note(`TensorFlow, the fastest engine, is not there: ${failure.message}${hint}`);
    output.note('When that has changed, `folio engines --install tensorflow` tries again.');
    return 'failed';
  }
  output.note('Folio computes fastest with TensorFlow. Installing it once, outside of this folder:');
  try {
    await installTensorFlow(context, app, 'cpu');
    return null;
  } catch (error) {
    if (!(error instanceof FolioError) || error.code === 'cancelled') throw error;
    const { message, hint } = error;
    const remembered: Failure = { at: Date.now(), circumstances, message, ...(hint === undefined ? {} : { hint }) };
    await app.store.writable();
    app.store.setSetting(FAILURE_SETTING, JSON.stringify(remembered));
    if (choice === 'tensorflow') throw error;
    output.note(`TensorFlow was not installed: ${message}`);
    if (hint !== undefined) output.note(hint);
    output.note('Going on with the fastest engine that works without it; --no-install skips this attempt.');
    return 'failed';
  }
}

/**
 * Why TensorFlow is to be installed; null where it need not be. Its files are looked at. They are loaded only where they do not say enough:
 * the process that trains loads and tests them anyhow, and tells what is wrong with them.
 */
async function whyMissing(app: FolioApp): Promise<string | null> {
  const files = await app.engines.tensorFlowFiles();
  switch (files.state) {
    case 'there':
      return null;
    case 'missing':
      return files.reason;
    case 'doubtful': {
      const [report] = await app.engines.probe(['tensorflow']);
      // One that failed its self-test is installed already; installing it again would change nothing.
      if (report === undefined || report.available || report.selfTest === 'failed') return null;
      return report.reason;
    }
    default:
      return assertNever(files.state, "state of TensorFlow's files");
  }
}

/** Where the record keeps why TensorFlow could not be installed, so that not every training tries, and fails, anew. */
const FAILURE_SETTING = 'tensorflow-install-failure';
const RETRY_MS = 24 * 60 * 60 * 1000;

const failureSchema = z.object({
  at: z.number(),
  circumstances: z.string(),
  message: z.string(),
  hint: z.string().optional(),
});
type Failure = z.infer<typeof failureSchema>;

/** Whatever changes here is a reason to try again at once. */
function circumstancesOf(app: FolioApp, reason: string, { env }: Io): string {
  const chosen = ['FOLIO_LIBTENSORFLOW', 'FOLIO_TENSORFLOW_BUILD', 'FOLIO_CACHE'].map((name) => env[name] ?? '');
  return JSON.stringify([app.version, process.versions.node, reason, ...chosen]);
}

/** The last failure, when it was within a day and nothing has changed since. */
function rememberedFailure(app: FolioApp, circumstances: string): Failure | null {
  const stored = app.store.setting(FAILURE_SETTING);
  if (stored === null) return null;
  const failure = failureSchema.safeParse(JSON.parse(stored));
  if (!failure.success || failure.data.circumstances !== circumstances) return null;
  const age = Date.now() - failure.data.at;
  return age >= 0 && age < RETRY_MS ? failure.data : null;
}

/** Installs with a progress bar on stderr. Returns what the installation says of itself. Ctrl-C cancels. */
export async function installTensorFlow(
  { io, output }: CommandContext,
  app: FolioApp,
  build: 'cpu' | 'cuda',
): Promise<Readonly<Record<string, string>>> {
  const line = createWorkLine(io);
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
