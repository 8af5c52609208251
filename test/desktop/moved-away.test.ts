/** A record that was moved to a drive which is not connected: the program says so and asks; no empty record is begun. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeLocation } from '../../src/main/services/location.ts';
import { askAboutPlace, findPlace } from '../../src/main/desktop/place.ts';
import { IN_DEFAULT_PLACE } from '../../src/main/desktop/relaunch.ts';
import { desktopWords } from '../../src/main/desktop/words.ts';

const { answers, asked, relaunched } = vi.hoisted(() => ({
  answers: [] as number[],
  asked: [] as { detail: string }[],
  relaunched: [] as (readonly string[] | number)[],
}));
vi.mock('electron', () => ({
  app: {
    relaunch: ({ args }: { args: readonly string[] }) => relaunched.push(args),
    exit: (code: number) => relaunched.push(code),
  },
  dialog: {
    showMessageBoxSync: (options: { detail: string }) => {
      asked.push(options);
      return answers.shift();
    },
  },
}));

let folder: string;
let home: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folio-away-'));
  vi.stubEnv('XDG_DATA_HOME', folder);
  vi.stubEnv('FOLIO_DATA', '');
  home = join(folder, 'folio');
  mkdirSync(home);
  writeLocation(home, { folder: join(folder, 'drive'), before: [home] });
  asked.length = relaunched.length = 0;
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

// The system's place for data is moved by a variable on Linux only.
describe.skipIf(process.platform !== 'linux')('a record on a drive that is not there', () => {
  const ask = (): void => askAboutPlace(findPlace([]), desktopWords('en', []));
  const others = process.argv.slice(1);

  it.each([
    [0, [others, 0]],
    [1, [[...others, IN_DEFAULT_PLACE], 0]],
    [2, [0]],
  ])('is named, and the answer %i is followed', (answer, expected) => {
    answers.push(answer);
    ask();
    expect(asked[0]?.detail).toContain(`the record was moved to ${join(folder, 'drive')}, and there is none now.`);
    expect(asked[0]?.detail).toContain(`${home}, holds no record`);
    expect(relaunched).toEqual(expected);
    expect(existsSync(join(home, 'folio.db'))).toBe(false);
  });

  it('is not asked for where the person chose the usual folder, nor when it is there again', () => {
    expect(findPlace(['folio', IN_DEFAULT_PLACE])).toEqual({ dataDir: home, trouble: null });
    writeLocation(home, null);
    expect(findPlace([])).toEqual({ dataDir: home, trouble: null });
  });
});
