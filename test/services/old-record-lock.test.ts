/** An old record in the moment in which it is deleted: somebody works in it, or the system refuses. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readLocation, writeLocation } from '../../src/main/services/location.ts';
import { settleOldRecord } from '../../src/main/services/old-record.ts';
import { workIn } from '../../src/main/services/old-work.ts';
import type * as Places from '../../src/main/services/places.ts';
import type * as Lock from '../../src/main/store/lock.ts';
import { openStore } from '../../src/main/store/open.ts';
import { addRun } from '../store/support.ts';

let folder: string;
let home: string;
let old: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folio-old-lock-'));
  [home, old] = [join(folder, 'home'), join(folder, 'old')];
  work(home, 'mine');
  work(old, 'left');
  writeLocation(home, { folder: home, before: [old], left: { [old]: workIn(join(old, 'folio.db')) } });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function work(dataDir: string, name: string): void {
  const store = openStore(dataDir, { mode: 'write' });
  addRun(store, name);
  store.close();
}

/** What happens once before the lock of a folder is taken. */
const before = vi.hoisted(() => new Map<string, () => void>());

vi.mock('../../src/main/store/lock.ts', async (load) => {
  const real = await load<typeof Lock>();
  const first = (folder: string): void => {
    const work = before.get(folder);
    before.delete(folder);
    work?.();
  };
  return {
    ...real,
    takeWriterLock: (...given: Parameters<typeof real.takeWriterLock>) => {
      first(given[0]);
      return real.takeWriterLock(...given);
    },
    underWriterLock: (...given: Parameters<typeof real.underWriterLock>) => {
      first(given[0]);
      return real.underWriterLock(...given);
    },
  };
});

/** Why the system refuses the next removal; null when it does not. */
const refusal = vi.hoisted(() => ({ code: '' }));

vi.mock('../../src/main/services/places.ts', async (load) => {
  const real = await load<typeof Places>();
  return {
    ...real,
    removeRecord: (...given: Parameters<typeof real.removeRecord>) => {
      if (refusal.code !== '') throw Object.assign(new Error(refusal.code), { code: refusal.code });
      real.removeRecord(...given);
    },
  };
});

it('is looked at again under its lock, and not deleted', () => {
  before.set(old, () => work(old, 'in the last moment'));
  expect(() => settleOldRecord(home, home, 'delete')).toThrow('“in the last moment”');
  expect([before.size, existsSync(join(old, 'folio.db'))]).toEqual([0, true]);
});

it('that the system does not let go of is told to be as it was', () => {
  refusal.code = 'EBUSY';
  expect(() => settleOldRecord(home, home, 'delete')).toThrow(
    `${join(old, 'folio.db')} cannot be deleted: another program has the file open`,
  );
  expect([existsSync(join(old, 'folio.db')), readLocation(home)?.before]).toEqual([true, [old]]);
  refusal.code = '';
  settleOldRecord(home, home, 'delete');
  expect([existsSync(join(old, 'folio.db')), readLocation(home)]).toEqual([false, null]);
});
