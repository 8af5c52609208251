import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SelfTestReport } from '../../../src/main/services/self-test/report.ts';
import { createTeller, selfTestExitCode } from '../../../src/main/services/self-test/tell.ts';

const REPORT: SelfTestReport = {
  ok: false,
  interrupted: false,
  versions: {
    folio: '1.2.3',
    node: '24.0.0',
    electron: '45.0.0',
    sqlite: '3.50.4',
    tensorflow: null,
    platform: 'linux x64',
  },
  steps: [
    { name: 'engine wasm', outcome: 'ok', detail: '60 GFLOP/s', seconds: 1.26 },
    { name: 'training', outcome: 'failed', detail: 'it crashed', seconds: 20 },
  ],
  seconds: 21.3,
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folio-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function tell(json: boolean, file: string | null): string {
  let out = '';
  const { listener, finish } = createTeller({ json, file, write: (text) => (out += text) });
  listener.began(REPORT.versions);
  for (const step of REPORT.steps) listener.step(step);
  finish(REPORT);
  return out;
}

describe('what a self-test tells', () => {
  it('is a line for each step, the versions before, the verdict after', () => {
    expect(tell(false, null)).toBe(
      [
        'Folio 1.2.3: self-test, Node 24.0.0, Electron 45.0.0, SQLite 3.50.4, linux x64',
        'ok      engine wasm            1.3 s  60 GFLOP/s',
        'failed  training              20.0 s  it crashed',
        '1 of 2 failed: training. TensorFlow none; 21.3 s in all.',
        '',
      ].join('\n'),
    );
  });

  it('is one JSON object for programs', () => {
    expect(JSON.parse(tell(true, null))).toEqual(REPORT);
  });

  it('is in the file as well, in the place of what was there', () => {
    const file = join(folder, 'report.txt');
    writeFileSync(file, 'an old report');
    const out = tell(false, file);
    expect(readFileSync(file, 'utf8')).toBe(out);
    expect(JSON.parse(readFileSync((tell(true, file), file), 'utf8'))).toEqual(REPORT);
  });

  it('is refused at once when the file cannot be written', () => {
    expect(() => createTeller({ json: false, file: join(folder, 'no', 'file'), write: () => undefined })).toThrow(
      /no.file cannot be written: ENOENT/,
    );
  });

  it('ends in an exit code', () => {
    expect(selfTestExitCode({ ok: true, interrupted: false })).toBe(0);
    expect(selfTestExitCode({ ok: false, interrupted: false })).toBe(1);
    expect(selfTestExitCode({ ok: false, interrupted: true })).toBe(130);
  });
});
