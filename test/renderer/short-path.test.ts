import { describe, expect, it } from 'vitest';
import { shortPath } from '../../src/renderer/lib/short-path.ts';
import fc from '../property.ts';

describe('a path where there is little room', () => {
  it.each([
    ['/disk/ada/backups', '/disk/ada/backups'],
    ['/disk/ada/arts/2026/networks/of every kind/backups', '/disk/ada/arts/2026/networks/of…/backups'],
    ['C:\\Users\\Ada\\Documents\\Work\\Networks\\Backups', 'C:\\Users\\Ada\\Documents\\Work\\Net…\\Backups'],
    [`/${'x'.repeat(60)}`, `/${'x'.repeat(18)}…${'x'.repeat(20)}`],
  ])('%s', (path, short) => {
    expect(shortPath(path)).toBe(short);
  });

  it('is never longer than there is room, and begins and ends as it does', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 3, max: 60 }), (path, most) => {
        const short = shortPath(path, most);
        expect(short.length).toBeLessThanOrEqual(most);
        const [begin = '', end = ''] = path.length <= most ? [path] : [short.slice(0, 1), short.slice(-1)];
        expect([path.startsWith(begin), path.endsWith(end)]).toEqual([true, true]);
      }),
    );
  });
});
