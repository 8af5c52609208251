/** The Python with Keras and PyTorch in it: made once, in the cache folder. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../src/main/engine/tensorflow/paths.ts';

/** What has to be in it, as Python imports it. */
export const PEER_MODULES = ['keras', 'tensorflow', 'torch'] as const;
export type PeerModule = (typeof PEER_MODULES)[number];

const REQUIREMENTS = ['keras==3.15.1', 'tensorflow-cpu==2.21.0', 'torch==2.15.0'];
/** Written last: an environment without it is half made. */
const READY = 'folio-requirements.txt';

/**
 * The interpreter to run the peers with: FOLIO_PEERS_PYTHON, or that of a virtual environment with the pinned versions, made
 * now if it is not there (about 6 GB, most of it PyTorch's own dependencies).
 * @param say told what happens
 * @param modules what a Python that is named must have in it
 * @throws Error when Python, its venv module or pip fails, or when the named Python is none or lacks a module
 */
export async function peerPython(
  say: (line: string) => void,
  modules: readonly PeerModule[] = PEER_MODULES,
): Promise<string> {
  const named = process.env['FOLIO_PEERS_PYTHON'];
  if (named !== undefined && named !== '') {
    checkNamed(named, modules);
    return named;
  }
  const folder = join(cacheFolder(), 'peers');
  const python = process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
  const wanted = `${REQUIREMENTS.join('\n')}\n`;
  const ready = join(folder, READY);
  if (existsSync(ready) && readFileSync(ready, 'utf8') === wanted) return python;

  say(
    `Installing ${REQUIREMENTS.join(', ')} into ${folder} (once, about 6 GB; or name a Python in FOLIO_PEERS_PYTHON)`,
  );
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await run(process.platform === 'win32' ? 'py' : 'python3', ['-m', 'venv', folder]);
  await run(python, ['-m', 'pip', 'install', '--disable-pip-version-check', ...REQUIREMENTS]);
  writeFileSync(ready, wanted);
  return python;
}

const WAY_OUT = 'or unset it: then a virtual environment is made once in the cache, about 6 GB';
/** Only looks for them: importing takes many seconds. */
const LACKING = 'import importlib.util as u, sys; print(*[m for m in sys.argv[1:] if u.find_spec(m) is None])';

/** So that it is known before anything is measured. */
function checkNamed(python: string, modules: readonly PeerModule[]): void {
  const { error, status, stdout, stderr } = spawnSync(python, ['-c', LACKING, ...modules], { encoding: 'utf8' });
  const name = `FOLIO_PEERS_PYTHON is "${python}"`;
  if (error !== undefined) {
    throw new Error(`${name}, which cannot be started (${error.message}). Name a Python's program, ${WAY_OUT}.`);
  }
  if (status !== 0) {
    const last = stderr.trim().split('\n').at(-1) ?? '';
    throw new Error(`${name}, which is no Python that works here (${last}). Name another, ${WAY_OUT}.`);
  }
  const lacking = stdout.trim().split(/\s+/).join(', ');
  if (lacking !== '') throw new Error(`${name}, which lacks ${lacking}. Install it there, name another, ${WAY_OUT}.`);
}

/** Its output goes to standard error: pip shows its own progress there, and standard output is for results. */
function run(program: string, args: readonly string[]): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { stdio: ['ignore', 2, 2] });
    child.on('error', (error) => fail(new Error(`${program} cannot be started: ${error.message}`)));
    child.on('close', (code) => {
      if (code === 0) done();
      else fail(new Error(`${program} ${args.join(' ')} ended with code ${code}`));
    });
  });
}
