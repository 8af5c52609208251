/** Every script in bench/ as a person starts it: what it says to --help and to what it does not understand. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Left out, with the reason. */
const OTHERS: readonly { readonly what: RegExp; readonly reason: string }[] = [
  {
    what: /^peers\/.*\.py$/,
    reason: 'Python: asked at the end of this file',
  },
  { what: /\.json$/, reason: 'data' },
];
/** They say what a command line is to all others. */
const HELPERS = ['arguments.ts', 'usage.ts'];

const names = readdirSync(join(root, 'bench'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !entry.parentPath.includes('__pycache__'))
  .map((entry) => join(entry.parentPath, entry.name).slice(join(root, 'bench/').length).replaceAll('\\', '/'))
  .filter((name) => OTHERS.every(({ what }) => !what.test(name)));

const textOf = (name: string): string => readFileSync(join(root, 'bench', name), 'utf8');
const isModule = (text: string): boolean => /^export /m.test(text);
/** What exports something is a module of others, and nothing happens where it is started. */
const scripts = names.filter((name) => !isModule(textOf(name)));

interface Ended {
  readonly code: number | string | null | undefined;
  readonly out: string;
  readonly said: string;
}

let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'folio-scripts-'));
});
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

/** With folders of its own, where all that it leaves is found. */
function start(name: string, args: readonly string[]): Promise<Ended> {
  return new Promise((done) => {
    const env = { ...process.env, TMPDIR: home, TEMP: home, XDG_CACHE_HOME: home, NODE_OPTIONS: '' };
    const options = { cwd: root, env, timeout: 20_000 };
    execFile(process.execPath, [join('bench', name), ...args], options, (error, out, said) =>
      done({ code: error === null ? 0 : error.code, out, said }),
    );
  });
}

/** As many at once as there are processors. */
async function startAll(scripts: readonly string[], args: readonly string[]): Promise<Map<string, Ended>> {
  const ended = new Map<string, Ended>();
  const left = [...scripts];
  const lane = async (): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) ended.set(name, await start(name, args));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return ended;
}

const commandOf = (name: string): string => (name === 'bench.ts' ? 'npm run bench --' : `npx node bench/${name}`);

describe('the scripts of bench/', () => {
  it('are all that is no module, and modules read no command line', () => {
    expect(scripts).toEqual(expect.arrayContaining(['bench.ts', 'folio/step.ts', 'window/idle.ts']));
    const modules = names.filter((name) => !scripts.includes(name) && !HELPERS.includes(name));
    expect(modules.filter((name) => /process\.argv|parseArgs|runBench\(/.test(textOf(name)))).toEqual([]);
    for (const { what } of OTHERS)
      expect(readdirSync(join(root, 'bench'), { recursive: true, encoding: 'utf8' }).join('\n')).toMatch(
        new RegExp(what.source, 'm'),
      );
  });

  it('answer --help with how they are started, and begin nothing', async () => {
    const ended = await startAll(scripts, ['--help']);
    expect([...ended.keys()].toSorted()).toEqual(scripts.toSorted());
    for (const [name, { code, out, said }] of ended) {
      expect({ name, code, said }).toEqual({ name, code: 0, said: '' });
      expect(out.startsWith(`usage: ${commandOf(name)}`), `${name}: ${out}`).toBe(true);
      expect(out.trim().split('\n').length, name).toBeGreaterThan(2);
    }
    expect(readdirSync(home)).toEqual([]);
  });

  // All by the same helper: one of each kind.
  it('say in one line what they do not understand, and begin nothing', async () => {
    const some = ['bench.ts', 'checkpoint/backup.ts', 'folio/step.ts'];
    for (const [name, { code, out, said }] of await startAll(some, ['--nonsense', '5'])) {
      const words = `there is no option --nonsense (usage: ${commandOf(name)} --help)\n`;
      expect({ name, code, out, said }).toEqual({ name, code: 2, out: '', said: words });
    }
    expect(readdirSync(home)).toEqual([]);
  });

  it('that a person starts are named in the help of npm run bench', () => {
    const help = textOf('bench.ts');
    const own = scripts.filter((name) => name !== 'bench.ts' && !/Started by /.test(textOf(name)));
    expect(own.length).toBeGreaterThan(5);
    for (const name of own) expect(help).toContain(`  npx node bench/${name} `);
  });
});

describe('the peers’ scripts, whose libraries need not be there', () => {
  const peers = join(root, 'bench/peers');
  const all = readdirSync(peers).filter((name) => name.endsWith('.py') && !['memory.py', 'usage.py'].includes(name));
  const python = process.platform === 'win32' ? 'py' : 'python3';
  const ask = (name: string, ...args: string[]) =>
    spawnSync(python, ['-B', join(peers, name), ...args], { encoding: 'utf8', timeout: 20_000 });

  it('answer --help, and say in one line what they do not understand', (context) => {
    if (spawnSync(python, ['-c', '']).status !== 0) context.skip('there is no Python');
    expect(all).toHaveLength(6);
    for (const name of all) {
      const { status, stdout, stderr } = ask(name, '--help');
      expect({ name, status, stderr }).toEqual({ name, status: 0, stderr: '' });
      expect(stdout).toContain(`usage: python ${name} `);
      if (name === 'keras_tutorial.py') continue; // needs no argument
      const few = ask(name);
      expect([few.status, few.stdout]).toEqual([2, '']);
      expect(few.stderr).toMatch(/^0 of at least \d arguments were given \(usage: python .*\)\r?\n$/);
    }
    for (const name of ['torch_step.py', 'keras_tutorial.py']) {
      const { status, stderr } = ask(name, 'many', '1');
      expect([status, stderr]).toEqual([2, expect.stringMatching(/^"many" is no number \(usage: .*\)\r?\n$/)]);
    }
  });
});
