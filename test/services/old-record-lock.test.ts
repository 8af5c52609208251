/** An old record in which somebody works in the moment before it is deleted. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { writeLocation } from '../../src/main/services/location.ts';
import { settleOldRecord } from '../../src/main/services/old-record.ts';
import { workIn } from '../../src/main/services/old-work.ts';
import type * as Lock from '../../src/main/store/lock.ts';
import { openStore } from '../../src/main/store/open.ts';
import { addRun } from '../store/support.ts';

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

it('is looked at again under its lock, and not deleted', () => {
  const folder = mkdtempSync(join(tmpdir(), 'folio-old-lock-'));
  const [home, old] = [join(folder, 'home'), join(folder, 'old')];
  const work = (dataDir: string, name: string): void => {
    const store = openStore(dataDir, { mode: 'write' });
    addRun(store, name);
    store.close();
  };
  work(home, 'mine');
  work(old, 'left');
  writeLocation(home, { folder: home, before: [old], left: { [old]: workIn(join(old, 'folio.db')) } });
  before.set(old, () => work(old, 'in the last moment'));
  expect(() => settleOldRecord(home, home, 'delete')).toThrow('“in the last moment”');
  expect([before.size, existsSync(join(old, 'folio.db'))]).toEqual([0, true]);
  rmSync(folder, { recursive: true });
});
