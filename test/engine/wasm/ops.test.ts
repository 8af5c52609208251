/** What every engine must do, on one thread and on several. */
import { describe, expect, it } from 'vitest';
import { openWasm } from '../../../src/main/engine/wasm/open.ts';
import { describeTensorOps } from '../tensor-ops.suite.ts';
import fc from '../../property.ts';

describeTensorOps('wasm', await openWasm(1));
describeTensorOps('wasm, three threads at every task', await openWasm(3, { shareFrom: 0 }));

describe('products of every size', () => {
  it('are what plain loops give, also where few rows, edges or long sums take another way', async () => {
    const ops = await openWasm(2, { shareFrom: 0 });
    const numbers = (length: number, phase: number) =>
      Float32Array.from({ length }, (_, i) => Math.sin(1.7 * i + phase));
    const size = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(64, 129, 513, 1030));
    const sizes = fc.tuple(size, size, size, fc.boolean(), fc.boolean()).filter(([M, K, N]) => M * K * N < 3e6);
    await fc.assert(
      fc.asyncProperty(sizes, async ([M, K, N, transposeA, transposeB]) => {
        const [a, b] = [numbers(M * K, 1), numbers(K * N, 2)];
        const left = ops.fromFloats(a, transposeA ? [K, M] : [M, K]);
        const right = ops.fromFloats(b, transposeB ? [N, K] : [K, N]);
        const product = ops.matmul(left, right, { transposeA, transposeB });
        const values = await ops.read(product);
        ops.release(left, right, product);
        for (let i = 0; i < M; i++) {
          for (let j = 0; j < N; j++) {
            let sum = 0;
            for (let k = 0; k < K; k++) {
              sum += (a[transposeA ? k * M + i : i * K + k] ?? NaN) * (b[transposeB ? j * K + k : k * N + j] ?? NaN);
            }
            if (!(Math.abs((values[i * N + j] ?? NaN) - sum) <= 1e-6 * K + 1e-6)) expect(values[i * N + j]).toBe(sum);
          }
        }
      }),
      { numRuns: 60 },
    );
    expect(ops.tensorCount()).toBe(0);
    ops.close();
  });
});
