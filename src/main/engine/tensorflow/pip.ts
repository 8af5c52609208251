/** The wheel, fetched by pip: the ordinary client, with the person's own settings for mirrors and proxies. */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { FolioError } from '../../../shared/errors.ts';
import { WHEEL_PYTHON, type TensorFlowBuild } from './builds.ts';
import { MissingProgram } from './missing-program.ts';
import type { Environment } from './paths.ts';
import { describe, lastLines, run } from './processes.ts';

const PYTHONS = ['python3', 'python', 'py'];
const WATCH_MS = 200;
const PYTHON_ELSEWHERE = 'Python 3 with pip is in the package python3-pip (Fedora) or python-pip (Arch)';

interface Options {
  readonly env: Environment;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The first Python on the PATH that has pip.
 *
 * @throws FolioError 'install' when there is none.
 */
export async function findPip(options: Options): Promise<string> {
  const withoutPip: string[] = [];
  for (const python of PYTHONS) {
    const outcome = await run(python, ['-m', 'pip', '--version'], options);
    if (outcome.type === 'exited' && outcome.code === 0) return python;
    if (outcome.type !== 'not found') withoutPip.push(python);
  }
  const [python] = withoutPip;
  if (python === undefined) {
    throw new MissingProgram(
      { what: 'Python 3 with pip, which downloads it', debian: 'python3-pip', elsewhere: PYTHON_ELSEWHERE },
      'Python is not installed; its pip is what downloads TensorFlow.',
      'Install Python 3 with pip (on Debian and Ubuntu: apt install python3-pip). Or name a folder with the library in FOLIO_LIBTENSORFLOW.',
    );
  }
  throw new MissingProgram(
    {
      what: `pip for ${python}, which downloads it`,
      debian: 'python3-pip',
      elsewhere: `pip comes with ${python} -m ensurepip --user`,
    },
    `${python} has no pip, which is what downloads TensorFlow.`,
    `Install it. On Debian and Ubuntu: apt install python3-pip. Elsewhere: ${python} -m ensurepip --user.`,
  );
}

/**
 * Downloads a build's wheel into `folder`, which also holds pip's own temporary files.
 *
 * @param progress told the bytes on disk so far
 * @returns the wheel's path; its bytes are not checked yet
 * @throws FolioError 'install' with the end of pip's messages.
 */
export async function downloadWheel(
  python: string,
  build: TensorFlowBuild,
  folder: string,
  progress: (doneBytes: number) => void,
  options: Options,
): Promise<string> {
  const requirement = `${build.project}==${build.version}`;
  const args = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-cache-dir', '--progress-bar=off'];
  args.push('--python-version', WHEEL_PYTHON, '--platform', build.wheelPlatform, '--dest', folder, requirement);
  const env = {
    ...options.env,
    // pip writes the growing file to its temporary folder first: here, where progress can be seen and nothing is left behind.
    TMPDIR: folder,
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PIP_NO_INPUT: '1',
    // A person's rule for installing packages; nothing is installed here.
    PIP_REQUIRE_VIRTUALENV: '0',
  };
  const watch = setInterval(() => {
    void largestFile(folder).then(progress);
  }, WATCH_MS);
  try {
    const outcome = await run(python, args, { ...options, env });
    if (outcome.type !== 'exited' || outcome.code !== 0) {
      const said = outcome.type === 'not found' ? '' : lastLines(outcome.stderr || outcome.stdout, 6);
      throw new FolioError(
        'install',
        `pip could not download ${requirement} (${describe(outcome)}):\n${said || '(it said nothing)'}`,
        hintFor(said),
      );
    }
  } finally {
    clearInterval(watch);
  }
  const wheels = (await readdir(folder)).filter((name) => name.endsWith('.whl'));
  const [wheel] = wheels;
  if (wheel === undefined || wheels.length > 1) {
    throw new FolioError(
      'install',
      `pip ended well but left ${wheels.length} wheels for ${requirement} instead of one.`,
      'Update pip (python3 -m pip install --upgrade pip) and try again.',
    );
  }
  return path.join(folder, wheel);
}

function hintFor(said: string): string {
  if (/No space left/i.test(said)) return 'Free some space. Or put the cache elsewhere with FOLIO_CACHE.';
  if (/No matching distribution|Could not find a version/i.test(said)) {
    return "The package index that pip uses does not have it: look at pip's settings (python3 -m pip config list) and at the network, and update pip.";
  }
  return 'Look at the network connection and at the proxy settings, then try again.';
}

/** Size of the largest file below a folder: pip copies the finished wheel, so a sum would count it twice. */
async function largestFile(folder: string): Promise<number> {
  try {
    const names = await readdir(folder, { recursive: true });
    const sizes = await Promise.all(
      names.map(async (name) => {
        const file = await stat(path.join(folder, name)).catch(() => null);
        return file?.isFile() ? file.size : 0;
      }),
    );
    return Math.max(0, ...sizes);
  } catch {
    // A folder that vanished between two looks: pip is tidying up.
    return 0;
  }
}
