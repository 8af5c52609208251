/** How fast an engine does what it is wanted for: a piece of a training step, or characters of one text. By the model's own code. */
import { performance } from 'node:perf_hooks';
import type { TensorOps } from '../engine/tensor-ops.ts';
import { createNetwork, type Network, type NetworkOptions } from '../model/network.ts';
import { StreamNetwork } from '../model/stream-network.ts';
import { type NetworkShape, type WeightArray, weightShapes } from '../model/weights.ts';

/** What an engine is chosen for. */
export type EngineUse = 'training' | 'writing';

export type EngineSpeed =
  | {
      readonly use: 'training';
      /**
       * 10^9 operations a second in float32: of the matrix products that a step of the tutorial's network needs, forward and backward,
       * over all the time that the pass takes. Products alone are faster.
       */
      readonly gflops: number;
      /** The same in mixed precision; null where the engine has none. */
      readonly lowGflops: number | null;
    }
  | {
      readonly use: 'writing';
      /** Of one text, by a network of the tutorial's size; drawing them is not counted. */
      readonly charactersPerSecond: number;
    };

/** The tutorial's network and batch; of its 100 characters so many that one pass takes a small part of a second. */
const SIZES = { units: 1024, embeddingSize: 256, batchSize: 64, steps: 8 };
/** For engines that would need seconds for that. */
const SMALL_SIZES = { units: 256, embeddingSize: 64, batchSize: 16, steps: 4 };
const VOCABULARY = 65;
const SLOW_GFLOPS = 5;

type Sizes = typeof SIZES;

/** Takes about `milliseconds`, twice that for training where there is a low precision. The best counts: other work only slows. */
export async function measureSpeed(ops: TensorOps, use: EngineUse, milliseconds = 150): Promise<EngineSpeed> {
  if (use === 'writing') return { use, charactersPerSecond: await measureWriting(ops, milliseconds) };
  const trial = await measurePasses(ops, SMALL_SIZES, 'float32', milliseconds / 10);
  const isSlow = trial < SLOW_GFLOPS;
  const sizes = isSlow ? SMALL_SIZES : SIZES;
  const gflops = isSlow ? trial : await measurePasses(ops, sizes, 'float32', milliseconds);
  const lowGflops = ops.hasLowPrecision ? await measurePasses(ops, sizes, 'mixed', milliseconds) : null;
  return { use, gflops, lowGflops };
}

/** Forward and backward passes through a network; 10^9 operations a second of the best of them. */
async function measurePasses(
  ops: TensorOps,
  { batchSize, steps, ...sizes }: Sizes,
  precision: NetworkOptions['precision'],
  milliseconds: number,
): Promise<number> {
  const network = smallNetwork(ops, sizes, precision);
  const state = network.zeroState(batchSize);
  const ids = Int32Array.from({ length: steps * batchSize }, (_, i) => (i * i + 7) % VOCABULARY);
  const batch = { inputs: ids, targets: ids, batchSize };
  /** Milliseconds of a pass, all of its results computed: a GPU answers before it has. */
  const time = async (): Promise<number> => {
    const start = performance.now();
    const pass = network.gradients(batch, state, [1, 2]);
    const results = [...pass.gradients.values()];
    const last = ops.arena(() => ops.keep(ops.addN(results.map((gradient) => ops.sumOfSquares(gradient)))));
    await ops.read(last);
    const elapsed = performance.now() - start;
    ops.release(last, pass.losses, ...results, ...pass.squares.values());
    network.releaseState(pass.state);
    return elapsed;
  };
  try {
    const best = await bestOf(time, milliseconds);
    const { units } = sizes;
    // A weight takes part in two operations for each character forward, and in four backward.
    return (6 * (3 * units * units + units * VOCABULARY) * steps * batchSize) / best / 1e6;
  } finally {
    network.releaseState(state);
    network.close();
  }
}

/** Characters a second of one stream. */
async function measureWriting(ops: TensorOps, milliseconds: number): Promise<number> {
  const network = smallNetwork(ops, SIZES, 'float32');
  const stream = new StreamNetwork(ops, network, 1);
  let character = 0;
  const time = async (): Promise<number> => {
    const start = performance.now();
    await stream.step(Int32Array.of((character++ * 7) % VOCABULARY));
    return performance.now() - start;
  };
  try {
    return 1000 / (await bestOf(time, milliseconds));
  } finally {
    stream.close();
    network.close();
  }
}

/** The shortest of the times that fit into so many milliseconds, one at least. The first is not counted: in it an engine makes what it keeps. */
async function bestOf(time: () => Promise<number>, milliseconds: number): Promise<number> {
  await time();
  let best = Infinity;
  const deadline = performance.now() + milliseconds;
  do best = Math.min(best, await time());
  while (performance.now() < deadline);
  return best;
}

function smallNetwork(
  ops: TensorOps,
  { units, embeddingSize }: Pick<Sizes, 'units' | 'embeddingSize'>,
  precision: NetworkOptions['precision'],
): Network {
  const shape: NetworkShape = { cell: 'gru', layers: 1, vocabularySize: VOCABULARY, embeddingSize, units };
  const network = createNetwork(ops, shape, { precision, dropout: 0 });
  const weights = new Map<string, WeightArray>();
  for (const [name, size] of weightShapes(shape)) {
    const data = smallNumbers(size.reduce((product, n) => product * n, 1));
    weights.set(name, { shape: [...size], data });
  }
  network.load(weights);
  return network;
}

/** Zeros would be faster than what is really multiplied. A loop, as these are millions: Float32Array.from takes ten times as long. */
function smallNumbers(length: number): Float32Array {
  const numbers = new Float32Array(length);
  for (let i = 0; i < length; i++) numbers[i] = ((i * 37) % 101) / 500 - 0.1;
  return numbers;
}
