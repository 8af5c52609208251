/** A machine for installation tests: fake python3, c++ and node on a PATH of their own, and a tiny wheel. No network. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import type { TensorFlowBuild } from '../../../src/main/engine/tensorflow/builds.ts';

/** A zip file whose entries are stored, not compressed. */
export function zip(entries: Readonly<Record<string, string | Uint8Array>>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(entries)) {
    const path = Buffer.from(name);
    const data = Buffer.from(content);
    // The fields that the local header and the directory entry share: version, flags, method, time, date, CRC, sizes, lengths.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, path, data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), common, tail, path]));
    parts.push(local);
    offset += local.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listing, end]);
}

export const LIBRARIES = {
  'tensorflow/libtensorflow_cc.so.2': 'c'.repeat(5000),
  'tensorflow/libtensorflow_framework.so.2': 'f'.repeat(700),
};

export const WHEEL_FILES = {
  ...LIBRARIES,
  'tensorflow/include/tensorflow/c/c_api.h': '// the C interface\n',
  'tensorflow/include/tensorflow/c/eager/c_api.h': '// the eager interface\n',
  'tensorflow/include/tsl/platform/ctstring.h': '// strings\n',
  'tensorflow/include/LICENSE': 'its licence\n',
  'tensorflow/THIRD_PARTY_NOTICES.txt': 'the licences of others\n',
  'tensorflow/include/Eigen/Core.h': '// not needed\n',
  'tensorflow/python/big.py': '# not needed\n',
};

/** The pin of a wheel with these bytes. */
export function pinFor(wheel: Uint8Array): TensorFlowBuild {
  return {
    id: '9.9.9-cpu-test',
    kind: 'cpu',
    version: '9.9.9',
    project: 'tensorflow-cpu',
    wheelPlatform: 'manylinux_2_27_x86_64',
    wheelBytes: wheel.length,
    wheelSha256: createHash('sha256').update(wheel).digest('hex'),
    libraries: Object.entries(LIBRARIES).map(([name, content]) => ({ path: name, bytes: content.length })),
  };
}

const PYTHON = `
[ "$2" = pip ] || exit 64
if [ "$3" = --version ]; then
  [ "$FAKE_PIP" = missing ] && { echo "No module named pip" >&2; exit 1; }
  echo "pip 99"; exit 0
fi
echo "$@" >> "$FAKE_HOME/pip.log"
while [ $# -gt 0 ]; do [ "$1" = --dest ] && dest="$2"; shift; done
case "$FAKE_PIP" in
  offline) echo "WARNING: Retrying" >&2; echo "ERROR: Could not connect to the index" >&2; exit 1;;
  unknown) echo "ERROR: No matching distribution found for tensorflow-cpu==9.9.9" >&2; exit 1;;
  nothing) exit 0;;
  hang) echo partial > "$TMPDIR/pip-unpack"; sleep 600 & wait;;
  gate) until [ -e "$FAKE_HOME/gate" ]; do sleep 0.02; done;;
esac
cp "$FAKE_HOME/wheel" "$dest/tensorflow_cpu-9.9.9-cp312-cp312-manylinux_2_27_x86_64.whl"
`;

const COMPILER = `
if [ "$1" = --version ]; then echo "fake c++ 1.0"; exit 0; fi
echo "$@" >> "$FAKE_HOME/cxx.log"
while [ $# -gt 0 ]; do [ "$1" = -o ] && out="$2"; shift; done
case "$FAKE_CXX" in
  error) echo "tfjs_backend.cc:1: error: no such luck" >&2; exit 1;;
  hang) sleep 600 & wait;;
esac
echo "an addon" > "$out"
`;

const NODE = `
case "$FAKE_NODE" in
  dies) echo "version GLIBC_2.99 not found" >&2; exit 1;;
  killed) kill -9 $$;;
  chatter) echo "hello";;
  wrong) echo '{"version":"9.9.9","gpu":false,"values":[7,10,15,23]}';;
  other) echo '{"version":"8.8.8","gpu":false,"values":[7,10,15,22]}';;
  *) echo "noise"; echo '{"version":"9.9.9","gpu":false,"values":[7,10,15,22]}';;
esac
`;

const SCRIPTS = { python3: PYTHON, 'c++': COMPILER, node: NODE } as const;
export type Program = keyof typeof SCRIPTS;

export class FakeMachine {
  readonly home = mkdtempSync(path.join(os.tmpdir(), 'folio-install-'));
  readonly cache = path.join(this.home, 'cache');
  readonly bin = path.join(this.home, 'bin');
  readonly node = path.join(this.bin, 'node');
  readonly wheel = zip(WHEEL_FILES);

  constructor(programs: readonly Program[] = ['python3', 'c++', 'node']) {
    mkdirSync(this.bin);
    for (const program of programs) {
      const file = path.join(this.bin, program);
      writeFileSync(file, `#!/bin/sh\nPATH=/usr/bin:/bin\n${SCRIPTS[program]}`);
      chmodSync(file, 0o755);
    }
    this.serve(this.wheel);
  }

  /** What the fake pip downloads. */
  serve(wheel: Uint8Array): void {
    writeFileSync(path.join(this.home, 'wheel'), wheel);
  }

  env(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return { PATH: this.bin, FAKE_HOME: this.home, FOLIO_CACHE: this.cache, ...more };
  }

  /** One line for each call of pip download or of the compiler. */
  calls(program: 'pip' | 'cxx'): string[] {
    const file = path.join(this.home, `${program}.log`);
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  }

  /** What lies in the cache's TensorFlow folder. */
  installed(): string[] {
    const folder = path.join(this.cache, 'tensorflow');
    return existsSync(folder) ? readdirSync(folder).toSorted() : [];
  }

  openGate(): void {
    writeFileSync(path.join(this.home, 'gate'), '');
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** Runs `body` on a machine and clears it away. */
export async function onMachine<T>(
  body: (machine: FakeMachine) => Promise<T> | T,
  programs?: readonly Program[],
): Promise<T> {
  const machine = new FakeMachine(programs);
  try {
    return await body(machine);
  } finally {
    machine.remove();
  }
}
