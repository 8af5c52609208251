import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLicenceService } from '../../src/main/services/licences.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folio-licences-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('the first file that is there is read, as it is now', async () => {
  const [first, second] = [join(folder, 'first.txt'), join(folder, 'second.txt')];
  const licences = createLicenceService([first, second]);
  expect(licences.there()).toBe(false);
  expect(await licences.read()).toBeNull();
  writeFileSync(second, 'second');
  expect(licences.there()).toBe(true);
  expect(await licences.read()).toBe('second');
  writeFileSync(first, 'first');
  expect(await licences.read()).toBe('first');
});

it('one that cannot be read is named', async () => {
  const file = join(folder, 'notices.txt');
  mkdirSync(file);
  await expect(createLicenceService([file]).read()).rejects.toMatchObject({
    code: 'file',
    message: expect.stringContaining('the licences cannot be read') as string,
    hint: `They are in ${file}.`,
  });
});
