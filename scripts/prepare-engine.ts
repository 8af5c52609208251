/**
 * Installs the native engine for the tests, unless it is there. Never fails: without it the tests cover the other engines, and
 * this says why in one line.
 */
import { installTensorFlow, type InstallProgress } from '../src/main/engine/tensorflow/install.ts';
import { tensorFlowStatus } from '../src/main/engine/tensorflow/locate.ts';
import { toErrorMessage } from '../src/shared/errors.ts';

const PHASES: Readonly<Record<InstallProgress['phase'], string>> = {
  wait: 'waiting for another installation',
  download: 'downloading',
  verify: 'checking the download',
  unpack: 'unpacking',
  compile: 'compiling the addon',
  check: 'trying it',
};

/** One line a phase where output is kept, one line that counts on a terminal. */
function show(): (progress: InstallProgress) => void {
  let shown: InstallProgress['phase'] | null = null;
  return ({ phase, done, total }) => {
    if (process.stderr.isTTY) {
      const share = total > 0 ? ` ${Math.floor((100 * done) / total)} %` : '';
      process.stderr.write(`\r\x1b[KTensorFlow: ${PHASES[phase]}${share}`);
    } else if (phase !== shown) {
      process.stderr.write(`TensorFlow: ${PHASES[phase]}\n`);
    }
    shown = phase;
  };
}

async function prepare(): Promise<string> {
  const status = tensorFlowStatus();
  if (status.installed) return status.reason;
  const cancel = new AbortController();
  const stop = () => cancel.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const details = await installTensorFlow({ build: 'cpu', progress: show(), signal: cancel.signal });
    return `TensorFlow ${details['version']} is now installed in ${details['folder']}.`;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}

try {
  process.stdout.write(`${await prepare()}\n`);
} catch (error) {
  const { message, hint } = toErrorMessage(error);
  const cause = message.replaceAll(/\s*\n\s*/g, ' | ');
  process.stdout.write(`TensorFlow is not available: ${cause}${hint === undefined ? '' : ` ${hint}`}\n`);
}
