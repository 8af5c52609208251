import { setImmediate as settled } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { givenIn } from '../../src/main/desktop/given.ts';
import { GivenFiles } from '../../src/main/services/given-files.ts';
import type { ChosenFile } from '../../src/shared/contract/app.ts';

const files = {
  toRead: (path: string): Promise<ChosenFile> =>
    path === 'gone.folio'
      ? Promise.reject(new Error('gone'))
      : Promise.resolve({ handle: `handle of ${path}`, name: path, bytes: 1 }),
};

describe('files that the system gives', () => {
  it('wait for a window, and are told once', async () => {
    const given = new GivenFiles(files);
    await given.give('a.folio');
    await given.give('b.folio');
    const heard: string[] = [];
    const leave = given.onGiven(({ name }) => heard.push(name));
    given.onGiven(({ name }) => heard.push(`another: ${name}`));
    await given.give('c.folio');
    leave();
    await given.give('d.folio');
    expect(heard).toEqual(['a.folio', 'b.folio', 'c.folio', 'another: d.folio']);
  });

  it('are told in the order in which they were given, however long each takes to be found', async () => {
    const slow = Promise.withResolvers<void>();
    const given = new GivenFiles({
      toRead: async (path) => {
        if (path === 'slow.folio') await slow.promise;
        return files.toRead(path);
      },
    });
    const heard: string[] = [];
    given.onGiven(({ name }) => heard.push(name));
    const all = ['slow.folio', 'gone.folio', 'quick.folio'].map((path) => given.give(path));
    await settled();
    slow.resolve();
    const ends = await Promise.allSettled(all);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(heard).toEqual(['slow.folio', 'quick.folio']);
  });

  it('that are not there are told to whoever gave them', async () => {
    await expect(new GivenFiles(files).give('gone.folio')).rejects.toThrow('gone');
  });

  it('are those of a command line that end as runs do', () => {
    expect(givenIn(['/opt/folio', '--flag', '/a/b.folio', 'C:\\x.FOLIO', 'text.txt', '--data=z.folio'])).toEqual([
      '/a/b.folio',
      'C:\\x.FOLIO',
    ]);
    expect(givenIn(['/opt/x.folio'])).toEqual([]);
  });
});
