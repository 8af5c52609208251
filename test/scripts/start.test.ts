/** What `npm start` prepares, and `npm start` itself where it serves the app to a browser. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildWhenStale } from '../../scripts/app-build.ts';
import { findElectron } from '../../scripts/electron-binary.ts';
import { Remembered } from '../../scripts/remembered.ts';

const repository = resolve(import.meta.dirname, '../..');

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'folio-start-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }));

function write(path: string, content: string): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

describe('the build', () => {
  const products = ['main/main.js', 'main/trainer/entry.js', 'preload/preload.cjs', 'renderer/index.html'];
  const said: string[] = [];
  const build = async (): Promise<string | null> => {
    said.length = 0;
    return buildWhenStale(root, (line) => said.push(line));
  };

  beforeEach(() => {
    write('src/a.ts', 'one');
    write('package.json', '{}');
    // In place of electron-vite: writes what a build leaves, unless the sources say otherwise.
    write(
      'node_modules/electron-vite/bin/electron-vite.js',
      `const fs = require('fs'), path = require('path');
       if (fs.readFileSync('src/a.ts', 'utf8') === 'broken') { console.error('src/a.ts is broken'); process.exit(1); }
       for (const name of ${JSON.stringify(products)}) {
         fs.mkdirSync(path.dirname('out/' + name), { recursive: true });
         fs.writeFileSync('out/' + name, '');
       }`,
    );
  });

  it('is made once, and again when a source, a product or a setting has changed', async () => {
    expect(await build()).toBeNull();
    expect(said).toEqual(['Building the app…']);
    expect(await build()).toBeNull();
    expect(said).toEqual([]);
    for (const change of [
      () => write('src/a.ts', 'two'),
      () => write('src/deep/b.svelte', 'new'),
      () => write('package.json', '{"a":1}'),
      () => rmSync(join(root, 'src/deep/b.svelte')),
      () => rmSync(join(root, 'out/preload'), { recursive: true }),
    ]) {
      change();
      expect(await build()).toBeNull();
      expect(said, change.toString()).toEqual(['Building the app…']);
    }
  });

  it('that fails says why, and is tried again', async () => {
    expect(await build()).toBeNull();
    write('src/a.ts', 'broken');
    expect(await build()).toBe('src/a.ts is broken');
    expect(await build(), 'the products of before are not taken for new ones').toBe('src/a.ts is broken');
    write('src/a.ts', 'one');
    expect(await build()).toBeNull();
    expect(said).toEqual(['Building the app…']);
  });
});

describe('Electron’s program', () => {
  const quiet = (): void => undefined;

  it('is taken where it is', async () => {
    write('node_modules/electron/path.txt', 'electron');
    write('node_modules/electron/dist/electron', '');
    expect(await findElectron(root, false, quiet)).toEqual({ path: join(root, 'node_modules/electron/dist/electron') });
  });

  it('is fetched where it is not', async () => {
    write(
      'node_modules/electron/install.js',
      `const fs = require('fs'), path = require('path');
       fs.mkdirSync(path.join(__dirname, 'dist'));
       fs.writeFileSync(path.join(__dirname, 'dist/electron'), '');
       fs.writeFileSync(path.join(__dirname, 'path.txt'), 'electron');`,
    );
    expect(await findElectron(root, true, quiet)).toHaveProperty('path');
  });

  it('that cannot be fetched is named with its reason, which is remembered', async () => {
    write(
      'node_modules/electron/install.js',
      `require('fs').appendFileSync(__dirname + '/tries', 'x'); console.error('Error: getaddrinfo ENOTFOUND example'); process.exit(1)`,
    );
    const expected = {
      missing: 'Electron could not be fetched: getaddrinfo ENOTFOUND example (npx install-electron tries it again)',
    };
    expect(await findElectron(root, true, quiet)).toEqual(expected);
    expect(await findElectron(root, true, quiet)).toEqual(expected);
    expect(readFileSync(join(root, 'node_modules/electron/tries'), 'utf8')).toBe('x');
  });

  it('is not fetched for a person who wants nothing installed', async () => {
    write('node_modules/electron/install.js', 'process.exit(1)');
    expect(await findElectron(root, false, quiet)).toEqual({
      missing: 'Electron is not there (npx install-electron fetches it)',
    });
  });
});

describe('a remembered failure', () => {
  it('is forgotten after a day, and by another Node', () => {
    const file = join(root, 'out/missing');
    const memory = new Remembered(file);
    expect(memory.read()).toBeNull();
    memory.write('no network');
    expect(memory.read()).toBe('no network');
    vi.useFakeTimers({ now: Date.now() + 25 * 60 * 60 * 1000 });
    expect(memory.read()).toBeNull();
    vi.useRealTimers();
    writeFileSync(file, JSON.stringify({ at: Date.now(), node: 'v1.0.0', reason: 'no network' }));
    expect(memory.read()).toBeNull();
    writeFileSync(file, 'not json');
    expect(memory.read()).toBeNull();
    memory.write('again');
    memory.forget();
    expect(memory.read()).toBeNull();
  });
});

describe.skipIf(process.platform === 'win32')('npm start (there is no interrupt to send on Windows)', () => {
  /** Starts it and resolves when its output matches; `stop` interrupts it and resolves with its exit code. */
  async function start(args: readonly string[], environment: NodeJS.ProcessEnv, pattern: RegExp) {
    const child = spawn(process.execPath, [join(repository, 'scripts/start.js'), ...args], {
      env: { ...process.env, FOLIO_DATA: join(root, 'data'), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const exited = new Promise<number | null>((done) => child.on('close', done));
    await new Promise<void>((matched, failed) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => {
          output += chunk.toString();
          if (pattern.test(output)) matched();
        });
      }
      void exited.then((code) => failed(new Error(`it ended with ${code}:\n${output}`)));
    });
    return {
      output,
      stop: () => {
        child.kill('SIGINT');
        return exited;
      },
    };
  }

  it(
    'without a display says so in a line and serves the app, without asking anything',
    { timeout: 90_000 },
    async () => {
      const environment = { DISPLAY: '', WAYLAND_DISPLAY: '' };
      if (process.platform !== 'linux') return; // elsewhere there is always a display
      const started = await start(['--no-install', '--port', '0'], environment, /http:\/\/127\.0\.0\.1:\d+\/\S+/);
      expect(started.output).toContain('No window of its own: there is no display.');
      const address = /http:\/\/127\.0\.0\.1:\d+\/\S+/.exec(started.output)?.[0] ?? '';
      const page = await fetch(address);
      expect([page.status, page.headers.get('Content-Type')]).toEqual([200, expect.stringContaining('text/html')]);
      expect(await started.stop()).toBe(130);
    },
  );

  it('refuses what it does not know', async () => {
    const child = spawn(process.execPath, [join(repository, 'scripts/start.js'), '--nonsense'], { stdio: 'ignore' });
    expect(await new Promise((done) => child.on('exit', done))).toBe(2);
  });
});
