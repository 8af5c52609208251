import { join } from 'node:path';
import { expect, test } from 'vitest';
import { besideArchive } from '../../src/main/program-files.ts';

test('what is started lies beside a package’s archive; elsewhere it stays where it is', () => {
  const inside = join('/opt', 'Folio', 'resources', 'app.asar', 'out', 'main', 'trainer', 'entry.js');
  expect(besideArchive(inside)).toBe(inside.replace('app.asar', 'app.asar.unpacked'));
  expect(besideArchive(besideArchive(inside))).toBe(besideArchive(inside));
  const checkout = join('/srv', 'app.asar.d', 'src', 'main', 'trainer', 'entry.ts');
  expect(besideArchive(checkout)).toBe(checkout);
});
