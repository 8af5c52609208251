import { describe, expect, it } from 'vitest';
import type { AutoEngines } from '../../src/main/services/auto-engines.ts';
import { ALL_ENGINES } from '../../src/main/services/auto-engines.ts';
import { AT_LOAD_HINT, EngineWatch, LEFT_OUT_HINT } from '../../src/main/services/engine-watch.ts';
import type { FromTrainer } from '../../src/main/trainer/messages.ts';
import type { EngineChoice, EngineName } from '../../src/shared/domain.ts';
import { FolioError } from '../../src/shared/errors.ts';
import { REPORT } from '../support/fake-trainer.ts';

const CRASH = { code: null, signal: 'SIGSEGV', stderr: '' };
const opening = (engine: EngineName): FromTrainer => ({ type: 'opening', engine });
const ready = (engine: EngineName): FromTrainer => ({ type: 'ready', report: { ...REPORT, engine }, rejected: [] });

function watchOf(
  choice: EngineChoice,
  ...heard: readonly FromTrainer[]
): { watch: EngineWatch; lost: string[]; doubted: string[] } {
  const lost: string[] = [];
  const doubted: string[] = [];
  const auto: AutoEngines = {
    ...ALL_ENGINES,
    lost: (reason) => void lost.push(reason),
    doubted: (engine, reason) => void doubted.push(`${engine}: ${reason}`),
  };
  const watch = new EngineWatch(auto, choice);
  for (const message of heard) watch.hear(message);
  return { watch, lost, doubted };
}

describe('a process that died', () => {
  it.each([
    ['while auto opened webgpu', 'auto', [opening('tensorflow'), opening('webgpu')], CRASH, true],
    ['while it computed with webgpu', 'auto', [opening('wasm'), ready('webgpu')], CRASH, true],
    ['with a code of its own', 'auto', [ready('webgpu')], { ...CRASH, signal: null, code: 0xc0000005 }, true],
    ['with another engine', 'auto', [opening('webgpu'), ready('tensorflow')], CRASH, false],
    ['while auto opened another', 'auto', [opening('wasm')], CRASH, false],
    ['with the engine that was named', 'webgpu', [ready('webgpu')], CRASH, false],
    ['for want of memory', 'auto', [ready('webgpu')], { ...CRASH, signal: 'SIGKILL' }, false],
    ['by a person', 'auto', [ready('webgpu')], { ...CRASH, signal: 'SIGTERM' }, false],
    ['before it began', 'auto', [ready('webgpu')], { ...CRASH, signal: null }, false],
  ] as const)('%s', (_when, choice, heard, exit, isTheCards) => {
    const { watch, lost } = watchOf(choice, ...heard);
    expect(watch.died(exit, 'it died')).toBe(isTheCards ? LEFT_OUT_HINT : undefined);
    expect(lost).toEqual(isTheCards ? ['it died'] : []);
  });
});

describe('a process that ended before TensorFlow was ready', () => {
  const ended = new FolioError('trainer-died', 'it died');

  it.each([
    ['crashed while auto opened it', 'auto', [opening('tensorflow')], CRASH, true],
    ['crashed as it was named', 'tensorflow', [], CRASH, true],
    ['crashed when it was ready', 'tensorflow', [ready('tensorflow')], CRASH, false],
    ['crashed in a trial that had begun', 'tensorflow', [{ type: 'trial-phase', phase: 'measuring' }], CRASH, false],
    ['was ended from outside', 'tensorflow', [], { ...CRASH, signal: 'SIGKILL' }, false],
    ['crashed with another engine', 'wasm', [], CRASH, false],
  ] as const)('%s', (_when, choice, heard, exit, isTensorFlows) => {
    for (const ask of [true, false]) {
      const { watch, lost, doubted } = watchOf(choice, ...heard);
      if (ask) expect(watch.failed(ended, exit)).toMatchObject({ hint: isTensorFlows ? AT_LOAD_HINT : undefined });
      else expect(watch.died(exit, 'it died')).toBe(isTensorFlows ? AT_LOAD_HINT : undefined);
      expect(doubted).toEqual(isTensorFlows ? ['tensorflow: it died'] : []);
      expect(lost).toEqual([]);
    }
  });

  it('with an error keeps the hint of that error; what was known of it no longer counts', () => {
    const { watch, doubted } = watchOf('tensorflow');
    const error = { code: 'engine', message: 'it cannot be loaded', hint: 'Install it again.' } as const;
    expect(watch.explained(error)).toEqual(error);
    expect(watch.failed(new FolioError('engine', 'as said', 'Again.'), null)).toMatchObject({ hint: 'Again.' });
    expect(doubted).toEqual(['tensorflow: it cannot be loaded', 'tensorflow: as said']);
    const { watch: other, doubted: nothing } = watchOf('auto', opening('tensorflow'), opening('wasm'));
    other.explained(error);
    expect(nothing).toEqual([]);
  });
});

it('a lost device is told as an error of its own, and remembered', () => {
  const { watch, lost } = watchOf('auto', ready('webgpu'));
  const error = { code: 'trainer-died', message: 'the device was lost', hint: 'It slept.' } as const;
  expect(watch.explained(error)).toEqual({ ...error, hint: `It slept. ${LEFT_OUT_HINT}` });
  expect(watch.explained({ ...error, code: 'corpus' })).toEqual({ ...error, code: 'corpus' });
  expect(lost).toEqual(['the device was lost']);
});

it('a question that failed says so where the process crashed', () => {
  const { watch, lost } = watchOf('auto', ready('webgpu'));
  const died = new FolioError('trainer-died', 'it crashed');
  expect(watch.failed(died, CRASH)).toMatchObject({ code: 'trainer-died', message: 'it crashed', hint: LEFT_OUT_HINT });
  expect(watch.failed(died, { ...CRASH, signal: 'SIGKILL' })).toBe(died);
  const cancelled = new FolioError('cancelled', 'cancelled');
  expect(watch.failed(cancelled, null)).toBe(cancelled);
  expect(lost).toEqual(['it crashed']);
});
