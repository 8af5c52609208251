/** Where a record can be moved to, and from where. */
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { locatedFolder, readLocation } from '../../src/main/services/location.ts';
import { holdsRecord } from '../../src/main/services/places.ts';
import { folder, home, moveService, nothing, openAt, store, to, useMovableRecord } from './move-harness.ts';

useMovableRecord(100);

describe('a move', () => {
  it.each(['-wal', '-journal'])('beside the log (%s) of another record that is gone is refused', async (end) => {
    const log = join(to, `folio.db${end}`);
    mkdirSync(to, { recursive: true });
    writeFileSync(log, 'what another record had not stored yet');
    await expect(moveService().move(to, nothing)).rejects.toMatchObject({
      code: 'file',
      message: `${to} holds the log of a record that is not there any more: ${log}`,
    });
    expect([existsSync(log), locatedFolder(home), readLocation(home)]).toEqual([true, home, null]);
  });

  it('beside such a log that comes while it copies ends without a copy', async () => {
    const log = join(to, 'folio.db-wal');
    const come = ({ phase }: { phase: string }): void => void (phase === 'check' && writeFileSync(log, 'late'));
    await expect(moveService().move(to, come)).rejects.toThrow(log);
    expect([readdirSync(to), locatedFolder(home)]).toEqual([['folio.db-wal', 'folio.lock'], home]);
  });

  it.each([
    ['the same folder', () => home, 'is in'],
    ['a folder inside of it', () => join(home, 'inside'), 'is inside of'],
    ['a link to it', () => join(folder, 'link'), 'is in'],
    ['a file', () => join(folder, 'file'), 'is a file, not a folder'],
    ['a folder in a file', () => join(folder, 'file', 'x'), 'cannot be written: a part of its path is a file'],
    ['a name that is too long', () => join(folder, 'x'.repeat(300)), 'cannot be written: its name is too long'],
  ])('to %s is refused, and nothing changes', async (_, place, words) => {
    symlinkSync(home, join(folder, 'link'));
    writeFileSync(join(folder, 'file'), '');
    await expect(moveService().move(place(), nothing)).rejects.toThrow(words);
    expect([readLocation(home), existsSync(join(home, 'inside')), locatedFolder(home)]).toEqual([null, false, home]);
    expect(store.check()).toEqual([]);
  });

  it('to a place in which no record could be opened is refused before anything is copied', async () => {
    // As on a drive without shared memory: its file cannot be made.
    mkdirSync(join(to, 'folio.db.000000.part-shm'), { recursive: true });
    await expect(moveService().move(to, () => expect.unreachable('nothing is copied'))).rejects.toMatchObject({
      code: 'file',
      message: expect.stringContaining(to) as string,
    });
    expect([holdsRecord(to), locatedFolder(home), readLocation(home)]).toEqual([false, home, null]);
  });

  it('is refused from where the record was before, which is named', async () => {
    await moveService().move(to, nothing);
    expect(moveService().refusal()).toMatchObject({
      code: 'usage',
      message: `the record was moved to ${to}, and what is open is ${home}, where it was before`,
    });
    expect(moveService()).toMatchObject({ isFound: false, isNamed: false });
    expect(moveService(null, to)).toMatchObject({ isFound: true, isNamed: false });
    expect(moveService(null, join(folder, 'other'))).toMatchObject({ isFound: false, isNamed: true });
  });

  it('is not refused because another way to the usual folder was named', async () => {
    const way = join(folder, 'way');
    symlinkSync(home, way);
    expect(moveService(null, way).refusal()).toBeNull();
    await moveService(null, way).move(to, nothing);
    expect(locatedFolder(home)).toBe(to);
    store.close();
    openAt(to);
    moveService(null, to).settle('delete');
    expect([holdsRecord(home), readLocation(home)?.before]).toEqual([false, []]);
  });
});
