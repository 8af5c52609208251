/**
 * Large matrix products (native/products.cc) of every level of processor up to this one's that has them, against sums in double
 * precision. FOLIO_NATIVE_LEVEL chooses the lower ones; which products are large was decided as the engine opened.
 */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { BFLOAT16_LEVEL, processorAt, TILE_LEVEL } from '../../src/main/engine/tensorflow/levels.ts';
import { Random } from '../../src/main/model/random.ts';
import { normal } from '../support/networks.ts';
import { openForTest } from '../support/open-engines.ts';

const LEVEL = 'FOLIO_NATIVE_LEVEL';
const THREADS = 'TF_NUM_INTRAOP_THREADS';

interface Product {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly low: boolean;
  readonly turned: readonly [boolean, boolean];
}

/** Rows, inner dimension, columns. None is a multiple of a tile; some are longer than a block; either side may be the longer one. */
const FLOAT32 = [
  [1101, 1003, 1029],
  [700, 1290, 1290],
] as const;
/** Too small for tiles in float32. */
const LOW = [
  [401, 433, 419],
  [431, 433, 397],
] as const;

const { ops, reason } = await openForTest('tensorflow');
const level = ops?.fused?.sequences?.level ?? null;

if (ops === null || level === null) {
  describe('large products', () => {
    it('are those of double precision', ({ skip }) => skip(ops === null ? reason : `${ops.device} has none`));
  });
} else {
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

  const factorsOf = ({ m, k, n }: Product) => [numbers(m, k, 1), numbers(k, n, 2)] as const;

  const computed = async (product: Product): Promise<Float32Array> => {
    const { m, k, n, low } = product;
    const [transposeA, transposeB] = product.turned;
    const [a, b] = factorsOf(product);
    const result = ops.arena(() => {
      const [first, second] = [
        ops.fromFloats(a, transposeA ? [k, m] : [m, k]),
        ops.fromFloats(b, transposeB ? [n, k] : [k, n]),
      ];
      return ops.keep(ops.matmul(first, second, { transposeA, transposeB, low }));
    });
    const values = await ops.read(result);
    ops.release(result);
    return values;
  };

  /** The largest of some of its errors, each beside the sizes of what was added up. */
  const errorOf = (product: Product, actual: Float32Array): number => {
    const { m, k, n, low, turned } = product;
    const factors = factorsOf(product);
    const [a, b] = low ? [rounded(factors[0]), rounded(factors[1])] : factors;
    let error = 0;
    for (let row = 0; row < m; row += 7) {
      for (let column = 0; column < n; column += 11) {
        let [sum, size] = [0, 0];
        for (let i = 0; i < k; i++) {
          const term = at(a, turned[0] ? m : k, turned[0], row, i) * at(b, turned[1] ? k : n, turned[1], i, column);
          sum += term;
          size += Math.abs(term);
        }
        error = Math.max(error, Math.abs((actual[row * n + column] ?? NaN) - sum) / size);
      }
    }
    return error;
  };

  const productsOf = (sizes: readonly (readonly [number, number, number])[], low: boolean) =>
    sizes.flatMap(([m, k, n]) =>
      [false, true].flatMap((first) =>
        [false, true].map((second): Product => ({ m, k, n, low, turned: [first, second] })),
      ),
    );
  const named = (products: readonly Product[]) =>
    products.map((product) => {
      const [first, second] = product.turned.map((is) => (is ? ' turned' : ''));
      return [
        `[${product.m}, ${product.k}]${first ?? ''} x [${product.k}, ${product.n}]${second ?? ''}`,
        product,
      ] as const;
    });
  const threadsMakeNoDifference = async (product: Product, alone: Float32Array) => {
    process.env[THREADS] = '3';
    expect(Buffer.from((await computed(product)).buffer).equals(Buffer.from(alone.buffer)), 'three threads').toBe(true);
  };

  describe('float32', () => {
    it.each(named(productsOf(FLOAT32, false)))('%s', async (_name, product) => {
      process.env[THREADS] = '1';
      const alone = await computed(product);
      expect(errorOf(product, alone)).toBeLessThan(2e-6);
      if (level >= TILE_LEVEL) await threadsMakeNoDifference(product, alone);
    });
  });

  const levels = [BFLOAT16_LEVEL, TILE_LEVEL].filter((one) => one <= level);
  describe.each(levels)('factors rounded to bfloat16, at level %i', (one) => {
    it.each(named(productsOf(LOW, true)))('%s', async (_name, product) => {
      process.env[LEVEL] = String(one);
      process.env[THREADS] = '1';
      const alone = await computed(product);
      expect(errorOf(product, alone), 'the product of rounded factors, in float32').toBeLessThan(2e-6);
      await threadsMakeNoDifference(product, alone);
    });
  });

  if (levels.length === 0) {
    it.each(named(productsOf(LOW, true)))("rounded to bfloat16, TensorFlow's: %s", async (_name, product) => {
      const error = errorOf(product, await computed(product));
      expect(error).toBeLessThan(1e-2);
      expect(error, 'its result is rounded, too').toBeGreaterThan(1e-5);
    });
  }

  describe('where the processor lacks what they need they are refused', () => {
    const refused = (low: boolean, message: string) => async () => {
      process.env[LEVEL] = '2';
      await expect(computed({ m: 1024, k: 1024, n: 2048, low, turned: [false, false] })).rejects.toThrow(message);
    };
    const missing = (name: string) => it(name, ({ skip }) => skip(`${processorAt(level)} does not ask for them`));
    if (level >= BFLOAT16_LEVEL) it('rounded', refused(true, 'does not multiply bfloat16'));
    else missing('rounded');
    if (level >= TILE_LEVEL) it('float32', refused(false, 'has no tiles'));
    else missing('float32');
  });
}
