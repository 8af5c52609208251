/** The Python with Keras and PyTorch in it: made once, in the cache folder. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../src/main/engine/tensorflow/paths.ts';

const REQUIREMENTS = ['keras==3.15.1', 'tensorflow-cpu==2.21.0', 'torch==2.15.0'];
/** Written last: an environment without it is half made. */
const READY = 'folio-requirements.txt';

/**
 * The interpreter to run the peers with: FOLIO_PEERS_PYTHON, or that of a virtual environment with the pinned versions, made
 * now if it is not there (about 6 GB, most of it PyTorch's own dependencies).
 * @param say told what happens
 * @throws Error when Python, its venv module or pip fails
 */
export async function peerPython(say: (line: string) => void): Promise<string> {
  const named = process.env['FOLIO_PEERS_PYTHON'];
  if (named !== undefined && named !== '') return named;
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

/** Its output goes to standard error: pip shows its own progress there, and standard output is for results. */
function run(program: string, args: readonly string[]): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { stdio: ['ignore', 2, 2] });
    child.on('error', fail);
    child.on('close', (code) => {
      if (code === 0) done();
      else fail(new Error(`${program} ${args.join(' ')} ended with code ${code}`));
    });
  });
}
