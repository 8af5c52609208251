import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  forgetAddress,
  knownAddress,
  publishAddress,
  withAddress,
} from '../../../src/main/headless/serve/known-address.ts';
import { FolioError } from '../../../src/shared/errors.ts';

const ADDRESS = 'http://127.0.0.1:4700/enter#token=abc-DEF_123';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folio-address-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (): string => join(folder, 'folio.address');

describe('the address of the one that serves a folder', () => {
  it('is known while it serves, and to its owner alone', () => {
    const forget = publishAddress(folder, ADDRESS);
    expect(knownAddress(folder, process.pid)).toBe(ADDRESS);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    forget();
    expect(knownAddress(folder, process.pid)).toBeNull();
    expect(existsSync(file())).toBe(false);
  });

  it('does not go into a file that was laid there for others to read', () => {
    for (const path of [file(), `${file()}.new`]) {
      writeFileSync(path, 'x');
      chmodSync(path, 0o666);
    }
    publishAddress(folder, ADDRESS);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(knownAddress(folder, process.pid)).toBe(ADDRESS);
  });

  it('is not told of a process that does not have the folder, or of what is no address', () => {
    writeFileSync(file(), JSON.stringify({ pid: process.ppid, address: ADDRESS })); // lives, perhaps as another program
    expect(knownAddress(folder, process.pid)).toBeNull();
    const at = (address: string): string => JSON.stringify({ pid: process.pid, address });
    const others = [
      'file:///etc/passwd',
      'http://example.org/',
      'http://127.0.0.1.example.org/',
      'http://127.0.0.1@[::1]/',
    ];
    for (const content of ['', '{}', ...others.map(at)]) {
      writeFileSync(file(), content);
      expect(knownAddress(folder, process.pid), content).toBeNull();
    }
    writeFileSync(file(), at('http://127.0.0.1:4700/'));
    expect(knownAddress(folder, process.pid)).toBe('http://127.0.0.1:4700/');
  });

  it('is forgotten by whoever takes the folder after one that was killed', () => {
    publishAddress(folder, ADDRESS);
    forgetAddress(folder);
    expect(existsSync(file())).toBe(false);
    forgetAddress(folder);
  });

  it('leaves nothing behind where it cannot be put in its place, and does not fail when it cannot be taken back', () => {
    mkdirSync(join(file(), 'in the way'), { recursive: true });
    const forget = publishAddress(folder, ADDRESS);
    expect(existsSync(`${file()}.new`)).toBe(false);
    expect(forget).not.toThrow();
    expect(() => forgetAddress(folder)).not.toThrow();
  });

  it('is no reason to fail where the folder takes no file', () => {
    expect(() => publishAddress(join(folder, 'none'), ADDRESS)()).not.toThrow();
  });

  it('stands in the hint of the error that says that the folder is taken, and in no other', () => {
    const locked = new FolioError('locked', 'process 1 is working with it', 'Wait.', { cause: { pid: process.pid } });
    expect(withAddress(locked, folder)).toBe(locked);
    publishAddress(folder, ADDRESS);
    expect(withAddress(locked, folder)).toMatchObject({
      code: 'locked',
      message: locked.message,
      hint: `Open ${ADDRESS} to use the one that runs. Wait.`,
    });
    const unknown = new FolioError('locked', 'another process is working with it');
    expect(withAddress(unknown, folder)).toBe(unknown);
    const other = new FolioError('damaged', 'no');
    expect(withAddress(other, folder)).toBe(other);
    writeFileSync(file(), readFileSync(file(), 'utf8').replace(/#token=[^"]+/, ''));
    expect((withAddress(locked, folder) as FolioError).hint).toContain('in the browser in which it was opened');
  });
});
