/** A rename that the system refuses for a moment, as Windows does. */
import { describe, expect, it } from 'vitest';
import { renamePatiently, renamePatientlySync } from '../../src/main/store/patient-rename.ts';

/** A system that refuses so many times, and what was done with it. */
function refusing(times: number, code: string, platform: NodeJS.Platform = 'win32') {
  const done: (string | number)[] = [];
  const rename = (from: string, to: string): void => {
    done.push(`${from} ${to}`);
    if (done.filter((what) => typeof what === 'string').length <= times) throw Object.assign(new Error(code), { code });
  };
  const pause = (milliseconds: number): void => void done.push(milliseconds);
  return { done, platform, rename, pause };
}

const ways = [
  [
    'waited for',
    ({ platform, rename, pause }: ReturnType<typeof refusing>) =>
      renamePatiently('a', 'b', {
        platform,
        rename: async (from, to) => rename(from, to),
        pause: async (milliseconds) => pause(milliseconds),
      }),
  ],
  ['at once', async (system: ReturnType<typeof refusing>) => renamePatientlySync('a', 'b', system)],
] as const;

describe.each(ways)('a rename, %s', (_, rename) => {
  it.each(['EPERM', 'EACCES', 'EBUSY'])('is tried again on Windows after %s', async (code) => {
    const system = refusing(2, code);
    await rename(system);
    expect(system.done).toEqual(['a b', 10, 'a b', 20, 'a b']);
  });

  it('is given up after a second, with the last error', async () => {
    const system = refusing(Infinity, 'EBUSY');
    await expect(rename(system)).rejects.toMatchObject({ code: 'EBUSY' });
    const waited = system.done.filter((what) => typeof what === 'number').reduce((sum, one) => sum + one, 0);
    expect(waited).toBeGreaterThan(500);
    expect(waited).toBeLessThan(1000);
  });

  it.each([
    ['ENOSPC', 'win32'],
    ['EPERM', 'linux'],
    ['EBUSY', 'darwin'],
  ] as const)('is not tried again after %s on %s', async (code, platform) => {
    const system = refusing(1, code, platform);
    await expect(rename(system)).rejects.toMatchObject({ code });
    expect(system.done).toEqual(['a b']);
  });
});
