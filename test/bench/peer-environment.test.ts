import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { peerPython, type PeerModule } from '../../bench/peer-environment.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'folio-peers-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => {
  vi.unstubAllEnvs();
});

function named(python: string, modules?: readonly PeerModule[]): Promise<string> {
  vi.stubEnv('FOLIO_PEERS_PYTHON', python);
  return peerPython(() => undefined, modules);
}

/** A program that is asked for modules as a Python is, and has none but Keras. */
function fakePython(): string {
  const file = join(folder, 'python');
  const script = "const lacking = process.argv.slice(4).filter((name) => name !== 'keras'); console.log(...lacking);";
  writeFileSync(file, `#!/bin/sh\nexec "${process.execPath}" -e "${script}" -- "$@"\n`);
  chmodSync(file, 0o755);
  return file;
}

describe('the Python that FOLIO_PEERS_PYTHON names', () => {
  it('is refused by its name when it cannot be started', async () => {
    const python = join(folder, 'nowhere', 'python');
    await expect(named(python)).rejects.toThrow(/^FOLIO_PEERS_PYTHON is ".*nowhere.*ENOENT.*unset it/);
  });

  it('is refused when it is no Python', async () => {
    await expect(named(process.execPath)).rejects.toThrow(/^FOLIO_PEERS_PYTHON is ".*no Python that works.*unset it/);
  });

  // The fake is a script of a Unix shell.
  it.skipIf(process.platform === 'win32')(
    'is refused for what it lacks, and taken where it has what is needed',
    async () => {
      const python = fakePython();
      await expect(named(python)).rejects.toThrow(/^FOLIO_PEERS_PYTHON is ".*", which lacks tensorflow, torch\. /);
      expect(await named(python, ['keras'])).toBe(python);
    },
  );
});
