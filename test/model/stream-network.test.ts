/** One character at a time must be what the whole sequence is, on every engine. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { TensorOps } from '../../src/main/engine/tensor-ops.ts';
import { createNetwork, type Network } from '../../src/main/model/network.ts';
import { StreamNetwork } from '../../src/main/model/stream-network.ts';
import type { NetworkShape } from '../../src/main/model/weights.ts';
import { ENGINE_NAMES } from '../../src/shared/domain.ts';
import { randomIds, relativeError, strongWeights, withoutFused } from '../support/networks.ts';
import { openForTest } from '../support/open-engines.ts';
import { patienceFor } from '../support/swiftshader.ts';

/** Plain operations differ by the order of sums only. */
const FLOAT32 = 1e-5;
/** The fused step of a few streams keeps its recurrent kernel as float16: 11 significant bits. */
const FLOAT16_KERNEL = 1e-3;
const THREADS = 'TF_NUM_INTRAOP_THREADS';
const STEPS = 9;

function networkOf(ops: TensorOps, shape: NetworkShape): Network {
  const network = createNetwork(ops, shape, { precision: 'float32', dropout: 0 });
  network.load(strongWeights(shape));
  return network;
}

/** The logits of all steps, [TB, V], read one character a stream at a time. */
async function streamed(
  ops: TensorOps,
  network: Network,
  ids: Int32Array,
  count: number,
): Promise<readonly Float32Array[]> {
  const streams = new StreamNetwork(ops, network, count);
  const rows: Float32Array[] = [];
  for (let at = 0; at < ids.length; at += count) rows.push(await streams.step(ids.slice(at, at + count)));
  streams.close();
  return rows;
}

async function wholeLogits(ops: TensorOps, network: Network, ids: Int32Array, count: number): Promise<Float32Array> {
  const before = network.zeroState(count);
  const { logits, state } = network.logits({ inputs: ids, batchSize: count }, before);
  const values = await ops.read(logits);
  ops.release(logits);
  for (const used of [before, state]) network.releaseState(used);
  return values;
}

const joined = (rows: readonly Float32Array[]) => Float32Array.from(rows.flatMap((row) => [...row]));

const threadsBefore = process.env[THREADS];
afterEach(() => {
  if (threadsBefore === undefined) delete process.env[THREADS];
  else process.env[THREADS] = threadsBefore;
});

for (const engine of ENGINE_NAMES) {
  const { ops, reason } = await openForTest(engine);
  if (ops === null) {
    it(`streams on ${engine}`, ({ skip }) => skip(reason));
    continue;
  }

  const maxStreams = ops.fused?.sequences?.maxStreams ?? 0;
  const hasStreams = maxStreams > 0;

  describe(`on ${engine}`, patienceFor(engine), () => {
    afterAll(() => ops.close());

    describe.each(['gru', 'lstm'] as const)('%s', (cell) => {
      it.each([
        { units: 1, layers: 1, vocabularySize: 2, count: 1 },
        { units: 5, layers: 2, vocabularySize: 7, count: 1 },
        { units: 33, layers: 1, vocabularySize: 1, count: 1 },
        { units: 130, layers: 3, vocabularySize: 40, count: 1 },
        { units: 258, layers: 1, vocabularySize: 65, count: 1 },
        { units: 1, layers: 1, vocabularySize: 2, count: 2 },
        { units: 20, layers: 2, vocabularySize: 7, count: 3 },
        { units: 64, layers: 1, vocabularySize: 30, count: 8 },
      ])('$layers x $units units, $vocabularySize characters, $count streams', async ({ count, ...size }) => {
        process.env[THREADS] = '2';
        const shape: NetworkShape = { cell, embeddingSize: 6, ...size };
        const network = networkOf(ops, shape);
        const ids = randomIds(STEPS * count, shape.vocabularySize, 3);
        const tolerance = count <= maxStreams ? FLOAT16_KERNEL : FLOAT32;
        const expected = await wholeLogits(ops, network, ids, count);
        const before = ops.tensorCount();
        const actual = await streamed(ops, network, ids, count);
        expect(relativeError(joined(actual), expected)).toBeLessThanOrEqual(tolerance);
        expect(await streamed(ops, network, ids, count), 'the same again').toEqual(actual);
        // Constants that an engine keeps are made in the first round.
        const after = ops.tensorCount();
        await streamed(ops, network, ids, count);
        expect(ops.tensorCount()).toBe(after);
        if (engine === 'wasm') expect(after).toBe(before);
        network.close();
      });
    });

    it('streams do not see each other', async () => {
      const network = networkOf(ops, { cell: 'gru', layers: 2, embeddingSize: 4, units: 12, vocabularySize: 6 });
      const ids = randomIds(STEPS * 3, 6, 4);
      const together = await streamed(ops, network, ids, 3);
      const changed = ids.map((id, i) => (i % 3 === 1 ? id : (id + 1) % 6));
      const others = await streamed(ops, network, changed, 3);
      const middle = (row: Float32Array) => row.slice(6, 12);
      // Not to the last bit: how a product is summed may depend on all of its columns.
      expect(relativeError(joined(others.map(middle)), joined(together.map(middle)))).toBeLessThan(1e-6);
      expect(relativeError(joined(others), joined(together))).toBeGreaterThan(1e-2);
      network.close();
    });

    if (maxStreams > 1) {
      it.each([
        { cell: 'gru', layers: 1, units: 70, count: 7 },
        { cell: 'lstm', layers: 1, units: 70, count: 7 },
        { cell: 'lstm', layers: 1, units: 100, count: 5 },
        { cell: 'lstm', layers: 3, units: 70, count: 7 },
        { cell: 'gru', layers: 2, units: 512, count: 8 },
        { cell: 'gru', layers: 2, units: 66, count: maxStreams },
      ] as const)('$cell, $layers x $units: a stream writes what it writes alone, to the last bit', async (size) => {
        const { count, ...shape } = size;
        const V = 9;
        const network = networkOf(ops, { ...shape, embeddingSize: 4, vocabularySize: V });
        const ids = randomIds(STEPS * count, V, 4);
        const together = await streamed(ops, network, ids, count);
        for (const stream of [0, 4, count - 1]) {
          const own = ids.filter((_, i) => i % count === stream);
          const alone = await streamed(ops, network, own, 1);
          expect(alone, `stream ${stream}`).toEqual(together.map((row) => row.slice(stream * V, (stream + 1) * V)));
        }
        network.close();
      });
    }

    if (hasStreams) {
      it.each(['gru', 'lstm'] as const)(
        '%s: the same numbers with any number of threads, to the last bit',
        async (cell) => {
          const network = networkOf(ops, { cell, layers: 1, embeddingSize: 4, units: 505, vocabularySize: 9 });
          const ids = randomIds(STEPS * 4, 9, 5);
          process.env[THREADS] = '1';
          const alone = await streamed(ops, network, ids, 4);
          for (const threads of ['2', '3', '5']) {
            process.env[THREADS] = threads;
            expect(await streamed(ops, network, ids, 4), `${threads} threads`).toEqual(alone);
          }
          network.close();
        },
      );
    }

    it('leaves the weights to the network', async () => {
      const network = networkOf(ops, { cell: 'lstm', layers: 2, embeddingSize: 4, units: 8, vocabularySize: 5 });
      const before = await network.weights();
      await streamed(ops, network, randomIds(4, 5, 1), 1);
      await streamed(ops, network, randomIds(4, 5, 1), 2);
      expect(await network.weights()).toEqual(before);
      network.close();
    });

    if (hasStreams) {
      it('one stream without the fused step is exact', async () => {
        const network = networkOf(withoutFused(ops), {
          cell: 'gru',
          layers: 2,
          embeddingSize: 4,
          units: 33,
          vocabularySize: 9,
        });
        const ids = randomIds(STEPS, 9, 5);
        const actual = joined(await streamed(withoutFused(ops), network, ids, 1));
        expect(relativeError(actual, await wholeLogits(ops, network, ids, 1))).toBeLessThanOrEqual(FLOAT32);
        network.close();
      });

      it('networks of different sizes take turns, with more threads than processors', async () => {
        const sizes = [128, 640, 256, 512];
        const networks = sizes.map((units) =>
          networkOf(ops, { cell: 'gru', layers: 1, embeddingSize: 3, units, vocabularySize: 5 }),
        );
        const ids = randomIds(40, 5, 6);
        const run = async (threads: string) => {
          process.env[THREADS] = threads;
          const streams = networks.map((network) => new StreamNetwork(ops, network, 1));
          const rows: Float32Array[] = [];
          for (const id of ids) for (const stream of streams) rows.push(await stream.step(Int32Array.of(id)));
          for (const stream of streams) stream.close();
          return rows;
        };
        const alone = await run('1');
        expect(await run('5')).toEqual(alone);
        for (const network of networks) network.close();
      });
    }
  });
}
