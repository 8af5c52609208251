/** Installations that fail: why, what to do about it, and nothing that is left of them. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { installTensorFlow, type InstallOptions } from '../../../src/main/engine/tensorflow/install.ts';
import { onMachine, pinFor, WHEEL_FILES, zip, type Program } from './fakes.ts';
import { failure, home, install } from './install-harness.ts';

describe('a failed installation says why, and leaves nothing', () => {
  interface Case {
    readonly name: string;
    readonly programs?: readonly Program[];
    readonly fake?: Readonly<Record<string, string>>;
    readonly options?: Partial<InstallOptions>;
    readonly wheel?: Uint8Array;
    /** Whether the served wheel is also the pinned one. */
    readonly pin?: boolean;
    readonly message: RegExp;
    readonly hint: RegExp;
  }
  const whole = zip(WHEEL_FILES);
  const altered = Buffer.from(whole);
  altered[100] = 0x42;
  const { 'tensorflow/libtensorflow_cc.so.2': _dropped, ...withoutCore } = WHEEL_FILES;
  const cases: readonly Case[] = [
    {
      name: 'no Python',
      programs: ['c++', 'node'],
      message: /Python is not installed/,
      hint: /apt install python3-pip/,
    },
    {
      name: 'no Python and no compiler, both at once',
      programs: ['node'],
      message: /a C\+\+ compiler \(looked for c\+\+, g\+\+, clang\+\+\); and Python 3 with pip/,
      hint: /^Install both first\. On Debian and Ubuntu: apt install g\+\+ python3-pip\. Elsewhere: .*gcc-c\+\+.*Fedora/,
    },
    {
      name: 'no pip and no compiler, both at once',
      programs: ['python3', 'node'],
      fake: { FAKE_PIP: 'missing' },
      message: /a C\+\+ compiler .*; and pip for python3/,
      hint: /apt install g\+\+ python3-pip\. .*python3 -m ensurepip/,
    },
    {
      name: 'no compiler and too little disk space, both at once',
      programs: ['python3', 'node'],
      options: { freeBytes: () => Promise.resolve(1e6) },
      message: /no C\+\+ compiler .* And: There is not enough space/,
      hint: /apt install g\+\+.*FOLIO_CACHE/,
    },
    { name: 'no pip', fake: { FAKE_PIP: 'missing' }, message: /python3 has no pip/, hint: /ensurepip/ },
    { name: 'no network', fake: { FAKE_PIP: 'offline' }, message: /exit code 1[^]*Could not connect/, hint: /network/ },
    { name: 'no such wheel', fake: { FAKE_PIP: 'unknown' }, message: /No matching distribution/, hint: /update pip/ },
    { name: 'no wheel from pip', fake: { FAKE_PIP: 'nothing' }, message: /left 0 wheels/, hint: /Update pip/ },
    {
      name: 'a truncated wheel',
      wheel: whole.subarray(0, 3000),
      message: /has 3000 bytes instead of \d+: .*cut short/,
      hint: /Try again/,
    },
    {
      name: 'a wheel with another hash',
      wheel: altered,
      message: /SHA-256 [0-9a-f]{64} instead of/,
      hint: /Nothing of the file was used/,
    },
    {
      name: 'a wheel without the library',
      wheel: zip(withoutCore),
      pin: true,
      message: /no tensorflow\/libtensorflow_cc/,
      hint: /^$/,
    },
    {
      name: 'a wheel with another library',
      wheel: zip({ ...WHEEL_FILES, 'tensorflow/libtensorflow_cc.so.2': 'short' }),
      pin: true,
      message: /libtensorflow_cc\.so\.2 in the wheel has 5 bytes instead of 5000/,
      hint: /^$/,
    },
    {
      name: 'a pinned file that is no zip',
      wheel: Buffer.from('not a zip at all'),
      pin: true,
      message: /failed: .*central directory/i,
      hint: /report it/,
    },
    {
      name: 'no compiler',
      programs: ['python3', 'node'],
      message: /no C\+\+ compiler .*c\+\+, g\+\+, clang\+\+/,
      hint: /CXX/,
    },
    {
      name: 'a CXX that is not there',
      fake: { CXX: 'nothere -O1' },
      message: /CXX names, "nothere -O1", does not run \(ENOENT\)/,
      hint: /Correct CXX/,
    },
    { name: 'a compile error', fake: { FAKE_CXX: 'error' }, message: /no such luck/, hint: /C\+\+17/ },
    {
      name: 'a library for a newer system',
      fake: { FAKE_NODE: 'dies' },
      message: /does not run on this machine \(exit code 1\)[^]*GLIBC/,
      hint: /newer Linux/,
    },
    { name: 'a library that crashes', fake: { FAKE_NODE: 'killed' }, message: /ended by SIGKILL/, hint: /wasm/ },
    {
      name: 'a library that computes wrongly',
      fake: { FAKE_NODE: 'wrong' },
      message: /computes wrongly/,
      hint: /wasm/,
    },
    { name: 'a trial that says nonsense', fake: { FAKE_NODE: 'chatter' }, message: /unexpected: hello/, hint: /wasm/ },
    {
      name: 'another version than the wheel',
      fake: { FAKE_NODE: 'other' },
      message: /8\.8\.8, not 9\.9\.9/,
      hint: /^$/,
    },
    {
      name: 'too little disk space',
      options: { freeBytes: () => Promise.resolve(1e6) },
      message: /not enough space in .*takes 150 MB.* 1 MB are free/,
      hint: /FOLIO_CACHE/,
    },
  ];
  it.each(cases)('$name', ({ programs, fake, options, wheel, pin, message, hint }) =>
    onMachine(async (machine) => {
      if (wheel !== undefined) machine.serve(wheel);
      const pinned = pinFor(pin === true && wheel !== undefined ? wheel : machine.wheel);
      const error = await failure(install(machine, { pinned, ...(fake ? { fake } : {}), ...options }));
      expect(error.code).toBe('install');
      expect(error.message).toMatch(message);
      expect(error.hint ?? '').toMatch(hint);
      expect(machine.installed()).toEqual([]);
    }, programs),
  );

  it('a cache that cannot be a folder', () =>
    onMachine(async (machine) => {
      writeFileSync(machine.cache, 'in the way');
      const error = await failure(install(machine));
      expect(error).toMatchObject({ code: 'install', hint: expect.stringContaining('FOLIO_CACHE') as string });
      expect(error.message).toContain('cannot be written');
    }));

  it('a FOLIO_LIBTENSORFLOW that is not there, before anything is done', () =>
    onMachine(async (machine) => {
      const error = await failure(
        installTensorFlow({ build: 'cuda', env: machine.env({ FOLIO_LIBTENSORFLOW: '/nowhere/at/all' }) }),
      );
      expect(error.message).toContain('FOLIO_LIBTENSORFLOW=/nowhere/at/all: there is no such folder');
      expect(machine.installed()).toEqual([]);
    }));

  it('keeps the build that is there when its replacement fails', () =>
    onMachine(async (machine) => {
      await install(machine);
      writeFileSync(path.join(home(machine), 'manifest.json'), '{}');
      await failure(install(machine, { fake: { FAKE_CXX: 'error' } }));
      expect(machine.installed()).toEqual(['9.9.9-cpu-test']);
    }));
});
