import { describe, expect, it } from 'vitest';
import { type FilesStatus, judgeFiles, lookAtTensorFlow } from '../../src/main/services/engine-files.ts';
import type { EngineReport } from '../../src/shared/domain.ts';
import { notTried } from '../../src/shared/engine-choice.ts';
import { REPORT } from '../support/fake-trainer.ts';

const MACHINE = { node: 'v24.1.0', cpu: 'EPYC' };
const BUILD = { build: '2.21.0-cpu-linux-x64', folder: '/cache', installed: '2026-01-01T00:00:00.000Z' };
const FILES: FilesStatus = {
  installed: true,
  reason: 'TensorFlow is installed.',
  details: { ...BUILD, chosen: 'it is installed' },
};
const WORKED: EngineReport = {
  ...REPORT,
  engine: 'tensorflow',
  details: { ...FILES.details, ...MACHINE, threads: '2' },
};

const stateOf = (known: readonly EngineReport[], files = FILES, machine = MACHINE): string =>
  judgeFiles(files, known, machine).state;

describe('what a look at TensorFlow’s files is worth', () => {
  it('missing or damaged files are missing, whatever was known, with the reason', () => {
    const gone = { installed: false, reason: 'TensorFlow is not installed. Install it.', details: {} };
    expect(judgeFiles(gone, [WORKED], MACHINE)).toEqual({ state: 'missing', reason: gone.reason });
  });

  it('whole files are there where nobody has tried them, or they ran', () => {
    expect(stateOf([])).toBe('there');
    expect(stateOf([REPORT, notTried('tensorflow', 'not tried')])).toBe('there');
    expect(stateOf([WORKED])).toBe('there');
  });

  it('a failed self-test is one of files that load: nothing needs to be tried or installed', () => {
    expect(stateOf([{ ...WORKED, available: false, selfTest: 'failed' }])).toBe('there');
  });

  it('files that did not load the last time are doubtful, with what was said then', () => {
    const crashed = { ...WORKED, available: false, selfTest: 'not run', reason: 'its process crashed.' } as const;
    expect(judgeFiles(FILES, [crashed], MACHINE)).toEqual({ state: 'doubtful', reason: 'its process crashed.' });
  });

  it.each([
    ['another build', { ...FILES, details: { ...FILES.details, build: '2.21.0-cuda-linux-x64' } }, MACHINE],
    ['another folder', { ...FILES, details: { ...FILES.details, folder: '/elsewhere' } }, MACHINE],
    [
      'a later installation',
      { ...FILES, details: { ...FILES.details, installed: '2026-02-01T00:00:00.000Z' } },
      MACHINE,
    ],
    ['another Node', FILES, { ...MACHINE, node: 'v25.0.0' }],
    ['another processor', FILES, { ...MACHINE, cpu: 'Xeon' }],
  ])('%s than the one that ran is doubtful', (_what, files, machine) => {
    expect(stateOf([WORKED], files, machine)).toBe('doubtful');
  });

  it('does not mind other words for why it is this build', () => {
    expect(
      stateOf([WORKED], { ...FILES, details: { ...BUILD, chosen: 'FOLIO_TENSORFLOW_BUILD=cpu asks for it' } }),
    ).toBe('there');
  });
});

it('a look at this machine answers, whatever is there', async () => {
  const { state, reason } = await lookAtTensorFlow([]);
  expect(['there', 'missing']).toContain(state);
  expect(reason).not.toBe('');
});
