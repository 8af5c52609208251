import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { storedBytes } from '../../src/main/services/machine.ts';

const folder = mkdtempSync(join(tmpdir(), 'folio-machine-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the size of a folder', () => {
  it('is that of all files in it, whatever appears and goes meanwhile', async () => {
    writeFileSync(join(folder, 'a'), '12345');
    mkdirSync(join(folder, 'in', 'here'), { recursive: true });
    writeFileSync(join(folder, 'in', 'here', 'b'), '123');
    expect(await storedBytes(folder)).toBe(8);

    const looking = storedBytes(folder);
    rmSync(join(folder, 'in'), { recursive: true });
    expect(await looking).toBeGreaterThanOrEqual(5);
    expect(await storedBytes(join(folder, 'in'))).toBe(0);
  });
});
