import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { publish } from '../../../src/main/engine/tensorflow/staging.ts';
it('a build that cannot get its name leaves the one that was there in its place', async () => {
  const root = mkdtempSync(join(tmpdir(), 'folio-staging-'));
  try {
    mkdirSync(join(root, 'build'));
    writeFileSync(join(root, 'build', 'old'), 'works');
    // The new folder vanishes under it, so that the second renaming fails.
    const failing = publish(root, 'build', async (folder) => {
      rmSync(folder, { recursive: true });
    });
    await expect(failing).rejects.toMatchObject({ code: 'ENOENT' });
    expect(readdirSync(root)).toEqual(['build']);
    expect(readFileSync(join(root, 'build', 'old'), 'utf8')).toBe('works');
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
