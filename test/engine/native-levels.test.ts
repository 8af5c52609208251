/**
 * The layers of every level of processor up to this one's (native/levels.h), each against the plain operations. In tiles and in
 * vectors they are different code; FOLIO_NATIVE_LEVEL chooses the lower ones. (What the compiler makes of the gates for other levels is
 * not run here.)
 */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { bySequence, bySteps, type Case, expectClose, prepare } from '../support/fused-passes.ts';
import { relativeError, withoutFused } from '../support/networks.ts';
import { openForTest } from '../support/open-engines.ts';

const LEVEL = 'FOLIO_NATIVE_LEVEL';
const THREADS = 'TF_NUM_INTRAOP_THREADS';
const NAMES = ['any processor', 'AVX2', 'AVX-512', 'AVX-512 with bfloat16', 'tiles (AMX)'] as const;
const BFLOAT16 = 3;

/** Units and batches that fill groups, tiles and vectors, and such that do not. */
const CASES: readonly Case[] = [
  { units: 5, B: 3, T: 3, V: 9, E: 4, layers: 1, dropout: 0 },
  { units: 64, B: 64, T: 3, V: 20, E: 7, layers: 1, dropout: 0 },
  { units: 100, B: 33, T: 4, V: 65, E: 10, layers: 2, dropout: 0.2 },
  // Vocabularies of other numbers of registers, and of more than there are.
  { units: 40, B: 35, T: 4, V: 120, E: 5, layers: 1, dropout: 0 },
  { units: 40, B: 35, T: 4, V: 133, E: 5, layers: 1, dropout: 0 },
  // So large an embedding that threads share the sums of its squares, and one that is no multiple of what they take at once.
  { units: 40, B: 35, T: 4, V: 20, E: 99, layers: 1, dropout: 0 },
  // More than 32 depths of the backward pass's factor: it is multiplied in pieces.
  { units: 400, B: 16, T: 3, V: 12, E: 8, layers: 1, dropout: 0 },
];

const { ops, reason } = await openForTest('tensorflow');
const fused = ops?.fused?.sequences ?? null;

if (ops === null || fused === null) {
  describe('the levels of the native code', () => {
    it('agree with the plain operations', ({ skip }) => skip(ops === null ? reason : `${ops.device} has none`));
  });
} else {
  const plain = withoutFused(ops);
  const before = { level: process.env[LEVEL], threads: process.env[THREADS] };
  const restore = (name: string, value: string | undefined) => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  afterEach(() => {
    restore(LEVEL, before.level);
    restore(THREADS, before.threads);
  });
  afterAll(() => ops.close());

  const levels = NAMES.map((name, level) => [name, level] as const);
  for (const [name] of levels.filter(([, level]) => level > fused.level)) {
    it(`${name}: not run here`, ({ skip }) => skip(`this processor has ${NAMES[fused.level] ?? 'none of it'} only`));
  }

  describe.each(levels.filter(([, level]) => level <= fused.level))('%s', (_name, level) => {
    it.each(['gru', 'lstm'] as const)('%s: the plain numbers, with any number of threads', async (cell) => {
      process.env[LEVEL] = String(level);
      for (const options of CASES) {
        const setting = prepare(ops, cell, options);
        process.env[THREADS] = '1';
        const alone = await bySequence(ops, fused, setting);
        expectClose(alone, await bySteps(plain, setting));
        process.env[THREADS] = '3';
        expect(await bySequence(ops, fused, setting), `three threads, ${options.units} units`).toEqual(alone);
        setting.close();
      }
    });

    it.each(['gru', 'lstm'] as const)('%s in low precision: bfloat16 away from the plain numbers', async (cell) => {
      process.env[LEVEL] = String(level);
      for (const options of CASES) {
        const setting = prepare(ops, cell, options);
        if (level < BFLOAT16) {
          await expect(bySequence(ops, fused, setting, 'mixed')).rejects.toThrow('does not multiply bfloat16');
        } else {
          process.env[THREADS] = '1';
          const alone = await bySequence(ops, fused, setting, 'mixed');
          process.env[THREADS] = '3';
          const [low, exact] = [await bySequence(ops, fused, setting, 'mixed'), await bySteps(plain, setting)];
          expect(low, 'with three threads').toEqual(alone);
          let largest = 0;
          for (const [name, numbers] of exact) {
            const error = relativeError(low.get(name) ?? [], numbers);
            expect(error, name).toBeLessThan(0.05);
            largest = Math.max(largest, error);
          }
          expect(largest, 'the factors are rounded').toBeGreaterThan(1e-4);
        }
        setting.close();
      }
    });
  });
}
