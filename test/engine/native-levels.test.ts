/**
 * The products of every level of processor up to this one's (native/levels.h), each against the plain operations. In tiles and in
 * vectors they are different code; FOLIO_NATIVE_LEVEL chooses the lower ones. (What the compiler makes of the gates for other levels is
 * not run here.)
 */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { MatmulOptions, TensorOps } from '../../src/main/engine/tensor-ops.ts';
import { Random } from '../../src/main/model/random.ts';
import { bySequence, bySteps, type Case, expectClose, prepare } from '../support/fused-passes.ts';
import { normal, relativeError, withoutFused } from '../support/networks.ts';
import { openForTest } from '../support/open-engines.ts';

const LEVEL = 'FOLIO_NATIVE_LEVEL';
const THREADS = 'TF_NUM_INTRAOP_THREADS';
const NAMES = ['any processor', 'AVX2', 'AVX-512', 'AVX-512 with bfloat16', 'tiles (AMX)'] as const;
const BFLOAT16 = 3;
const TILES = 4;

/** Units and batches that fill groups, tiles and vectors, and such that do not. */
const CASES: readonly Case[] = [
  { units: 5, B: 3, T: 3, V: 9, E: 4, layers: 1, dropout: 0 },
  { units: 64, B: 64, T: 3, V: 20, E: 7, layers: 1, dropout: 0 },
  { units: 100, B: 33, T: 4, V: 65, E: 10, layers: 2, dropout: 0.2 },
  // Vocabularies of other numbers of registers, and of more than there are.
  { units: 40, B: 35, T: 4, V: 120, E: 5, layers: 1, dropout: 0 },
  { units: 40, B: 35, T: 4, V: 133, E: 5, layers: 1, dropout: 0 },
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

  /** [m, n] numbers around zero. */
  const numbers = (m: number, n: number, seed: number) => {
    const random = new Random(seed);
    return Float32Array.from({ length: m * n }, () => normal(random));
  };
  /** To the nearest bfloat16, halves to even: the upper 16 bits of a float32. */
  const rounded = (values: Float32Array) => {
    const bits = new Uint32Array(values.slice().buffer);
    return new Float32Array(bits.map((word) => (word + 0x7fff + ((word >>> 16) & 1)) & 0xffff0000).buffer);
  };
  const at = (values: Float32Array, columns: number, turned: boolean, row: number, column: number) =>
    values[turned ? column * columns + row : row * columns + column] ?? NaN;

  describe('large products', () => {
    const TURNED = [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ] as const;
    // No size is a multiple of a tile; the first two are so large that tiles take them in float32, the last in low precision only. Where
    // Folio multiplies these itself, it is the float32 product of rounded factors; TensorFlow's is rounded once more.
    const SIZES = [
      { m: 1101, n: 1029, k: 1003, low: false, bound: 2e-6 },
      { m: 700, n: 1290, k: 1290, low: false, bound: 2e-6 },
      { m: 401, n: 419, k: 433, low: true, bound: fused.level < BFLOAT16 ? 1e-2 : 2e-6 },
    ] as const;
    for (const { m, n, k, low, bound } of SIZES) {
      it.each(TURNED)(
        `${m} x ${k} x ${n}${low ? ' rounded' : ''}, turned %s and %s`,
        async (transposeA, transposeB) => {
          const factors = [numbers(m, k, 1), numbers(k, n, 2)] as const;
          const [a, b] = low ? [rounded(factors[0]), rounded(factors[1])] : factors;
          const options: MatmulOptions = { transposeA, transposeB, low };
          const product = ops.arena(() =>
            ops.keep(
              ops.matmul(
                ops.fromFloats(factors[0], transposeA ? [k, m] : [m, k]),
                ops.fromFloats(factors[1], transposeB ? [n, k] : [k, n]),
                options,
              ),
            ),
          );
          const actual = await ops.read(product);
          ops.release(product);
          const [columnsA, columnsB] = [transposeA ? m : k, transposeB ? k : n];
          let [error, largest] = [0, 0];
          for (let row = 0; row < m; row += 7) {
            for (let column = 0; column < n; column += 11) {
              let [sum, size] = [0, 0];
              for (let i = 0; i < k; i++) {
                const term = at(a, columnsA, transposeA, row, i) * at(b, columnsB, transposeB, i, column);
                sum += term;
                size += Math.abs(term);
              }
              error = Math.max(error, Math.abs((actual[row * n + column] ?? NaN) - sum) / size);
              largest = Math.max(largest, Math.abs(sum));
            }
          }
          expect(largest).toBeGreaterThan(1);
          expect(error).toBeLessThan(bound);
        },
      );
    }

    const refused = 'are refused where a processor has no tiles';
    if (fused.level < TILES) it(refused, ({ skip }) => skip('this processor has none, and they are not asked for'));
    else
      it(refused, () => {
        const product = (engine: TensorOps) =>
          engine.arena(() =>
            engine.keep(
              engine.matmul(
                engine.fromFloats(new Float32Array(2 ** 20), [1024, 1024]),
                engine.fromFloats(new Float32Array(2 ** 21), [1024, 2048]),
              ),
            ),
          );
        process.env[LEVEL] = '2';
        expect(() => product(ops)).toThrow('no tiles');
      });
  });
}
