/** The native operations against the same passes in separate operations. The plain ones are checked by gradients.test.ts and Keras. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Tensor, TensorOps } from '../../src/main/engine/tensor-ops.ts';
import { createNetwork, type IdBatch, type Network, type NetworkState } from '../../src/main/model/network.ts';
import type { Pass, PassInput } from '../../src/main/model/pass.ts';
import { productsOf } from '../../src/main/model/precision.ts';
import { sequencePass } from '../../src/main/model/sequence-pass.ts';
import { stepwisePass } from '../../src/main/model/stepwise-pass.ts';
import type { NetworkShape } from '../../src/main/model/weights.ts';
import { randomIds, relativeError, strongWeights, withoutFused } from '../support/networks.ts';
import { openForTest } from '../support/open-engines.ts';

const TOLERANCE = 1e-5;
const DROPOUT_SEED = [11, 12] as const;
const THREADS = 'TF_NUM_INTRAOP_THREADS';

const { ops, reason } = await openForTest('tensorflow');
const fused = ops?.fused ?? null;

interface Case {
  readonly units: number;
  readonly B: number;
  readonly T: number;
  readonly V: number;
  readonly E: number;
  readonly layers: number;
  readonly dropout: number;
}

/**
 * V against TB decides whether the first layer reads a table of characters or their embeddings, V against E how the table's gradient is
 * summed. From 64 units on two threads share a layer.
 */
const CASES: readonly Case[] = [
  { units: 1, B: 1, T: 1, V: 3, E: 2, layers: 1, dropout: 0 },
  { units: 1, B: 17, T: 3, V: 5, E: 8, layers: 2, dropout: 0 },
  { units: 5, B: 1, T: 12, V: 30, E: 4, layers: 1, dropout: 0 },
  { units: 7, B: 16, T: 1, V: 40, E: 6, layers: 2, dropout: 0.3 },
  { units: 31, B: 64, T: 2, V: 9, E: 12, layers: 1, dropout: 0 },
  { units: 64, B: 70, T: 3, V: 20, E: 7, layers: 1, dropout: 0.5 },
  { units: 65, B: 17, T: 5, V: 11, E: 16, layers: 2, dropout: 0.2 },
  { units: 97, B: 16, T: 4, V: 64, E: 10, layers: 1, dropout: 0 },
  { units: 200, B: 64, T: 3, V: 65, E: 24, layers: 1, dropout: 0 },
  { units: 200, B: 1, T: 6, V: 4, E: 5, layers: 2, dropout: 0 },
];

const named = ({ units, B, T, V, E, layers, dropout }: Case) =>
  `${layers} x ${units} units, batch ${B} x ${T}, ${V} characters, embedding ${E}, dropout ${dropout}`;

interface Setting {
  readonly network: Network;
  readonly batch: IdBatch;
  /** Not zero, as it is when it is carried. */
  readonly state: NetworkState;
  close(): void;
}

function prepare(engine: TensorOps, cell: 'gru' | 'lstm', options: Case): Setting {
  const { units, B, T, V, E, layers, dropout } = options;
  const shape: NetworkShape = { cell, layers, embeddingSize: E, units, vocabularySize: V };
  const network = createNetwork(engine, shape, { precision: 'float32', dropout, sparseEmbedding: true });
  network.load(strongWeights(shape));
  const [inputs, targets] = [randomIds(T * B, V, 1), randomIds(T * B, V, 2)];
  const state = strongState(engine, network, B);
  const close = () => {
    network.releaseState(state);
    network.close();
  };
  return { network, batch: { inputs, targets, batchSize: B }, state, close };
}

function strongState(engine: TensorOps, network: Network, batchSize: number): NetworkState {
  return network.zeroState(batchSize).map((layer, l) =>
    layer.map((zeros, k) => {
      engine.release(zeros);
      const size = network.units * batchSize;
      return engine.fromFloats(
        Float32Array.from({ length: size }, (_, i) => 0.9 * Math.sin(i * 0.37 + l + 2 * k)),
        [network.units, batchSize],
      );
    }),
  );
}

/** Everything that a pass in training gives, by name. */
async function numbersOf(
  engine: TensorOps,
  { batch, state }: Setting,
  run: (input: PassInput) => Pass,
): Promise<Map<string, Float32Array>> {
  const count = batch.targets.length;
  const named = engine.arena(() => {
    const pass = run({ inputs: batch.inputs, batchSize: batch.batchSize, state, dropoutSeed: DROPOUT_SEED });
    const { loss, gradient } = engine.softmaxCrossEntropy(pass.logits, engine.fromInts(batch.targets, [count]));
    const { gradients, squares } = pass.gradients(engine.scale(gradient, 1 / count));
    const all: [string, Tensor][] = [['losses', loss]];
    pass.state.flat().forEach((tensor, i) => all.push([`state ${i}`, tensor]));
    for (const [name, tensor] of gradients) all.push([`gradient of ${name}`, tensor]);
    for (const [name, tensor] of squares) all.push([`squares of ${name}`, tensor]);
    for (const [, tensor] of all) engine.keep(tensor);
    return all;
  });
  const numbers = new Map<string, Float32Array>();
  for (const [name, tensor] of named) numbers.set(name, await engine.read(tensor));
  engine.release(...new Set(named.map(([, tensor]) => tensor)));
  return numbers;
}

function expectClose(actual: ReadonlyMap<string, Float32Array>, expected: ReadonlyMap<string, Float32Array>): void {
  expect([...actual.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
  for (const [name, numbers] of expected) {
    expect(relativeError(actual.get(name) ?? [], numbers), name).toBeLessThanOrEqual(TOLERANCE);
  }
}

if (ops === null || fused === null) {
  describe('the fused operations', () => {
    it('agree with the plain ones', ({ skip }) => skip(ops === null ? reason : `${ops.device} has none`));
  });
} else {
  const plain = withoutFused(ops);
  const float32 = (engine: TensorOps) => productsOf(engine, 'float32');
  const whole = (setting: Setting) =>
    numbersOf(ops, setting, (input) => sequencePass(ops, fused, setting.network, input));
  const steps = (engine: TensorOps, setting: Setting) =>
    numbersOf(engine, setting, (input) => stepwisePass(engine, float32(engine), setting.network, input));
  const threadsBefore = process.env[THREADS];

  afterEach(() => {
    if (threadsBefore === undefined) delete process.env[THREADS];
    else process.env[THREADS] = threadsBefore;
  });
  afterAll(() => ops.close());

  describe.each(['gru', 'lstm'] as const)('%s', (cell) => {
    it.each(CASES.map((options) => [named(options), options] as const))('%s', async (_name, options) => {
      process.env[THREADS] = '2';
      const setting = prepare(ops, cell, options);
      await steps(plain, setting); // makes the constants that the engine keeps
      const before = ops.tensorCount();
      const expected = await steps(plain, setting);
      expect([...expected.keys()]).toContain('squares of embedding/embeddings');
      expectClose(await whole(setting), expected);
      expectClose(await steps(ops, setting), expected);
      expect(ops.tensorCount(), 'handles left behind').toBe(before);
      setting.close();
    });

    it('gives the same numbers, to the last bit, with any number of threads', async () => {
      const setting = prepare(ops, cell, { units: 200, B: 17, T: 4, V: 20, E: 8, layers: 2, dropout: 0.2 });
      process.env[THREADS] = '1';
      const alone = await whole(setting);
      for (const threads of ['2', '3', '5']) {
        process.env[THREADS] = threads;
        expect(await whole(setting), `${threads} threads`).toEqual(alone);
      }
      setting.close();
    });

    it('is what a network takes in float32', async () => {
      const setting = prepare(ops, cell, { units: 6, B: 3, T: 4, V: 5, E: 4, layers: 2, dropout: 0 });
      const { losses, gradients, squares, state } = setting.network.gradients(
        setting.batch,
        setting.state,
        DROPOUT_SEED,
      );
      const expected = await whole(setting);
      expect(await ops.read(losses)).toEqual(expected.get('losses'));
      for (const [name, tensor] of gradients)
        expect(await ops.read(tensor)).toEqual(expected.get(`gradient of ${name}`));
      ops.release(losses, ...gradients.values(), ...squares.values());
      setting.network.releaseState(state);
      setting.close();
    });

    it.each([20, 50, 60, 100, 250, 1e4, 1e30, NaN])('gates at +-%d saturate as the plain ones do', async (size) => {
      const shape: NetworkShape = { cell, layers: 1, embeddingSize: 2, units: 40, vocabularySize: 3 };
      const network = createNetwork(ops, shape, { precision: 'float32', dropout: 0 });
      const weights = strongWeights(shape);
      const bias = weights.get(`${cell}/bias`)?.data ?? new Float32Array();
      bias.forEach((_, i) => (bias[i] = i % 3 === 0 ? size : i % 3 === 1 ? -size : 0));
      network.load(weights);
      const batch = { inputs: Int32Array.of(0, 1, 2, 1), targets: Int32Array.of(1, 2, 0, 0), batchSize: 2 };
      const setting: Setting = { network, batch, state: strongState(ops, network, 2), close: () => network.close() };
      const [actual, cells, expected] = [await whole(setting), await steps(ops, setting), await steps(plain, setting)];
      // A training that diverged must show: NaN is not lost in a gate.
      for (const loss of actual.get('losses') ?? []) expect(Number.isFinite(loss)).toBe(Number.isFinite(size));
      if (Number.isFinite(size)) for (const numbers of [actual, cells]) expectClose(numbers, expected);
      network.releaseState(setting.state);
      setting.close();
    });
  });

  it.each(['gru', 'lstm'] as const)(
    'in mixed precision the %s differs by the rounding of bfloat16 only',
    async (cell) => {
      const shape: NetworkShape = { cell, layers: 2, embeddingSize: 8, units: 70, vocabularySize: 12 };
      const [inputs, targets] = [randomIds(5 * 16, 12, 1), randomIds(5 * 16, 12, 2)];
      const numbers = async (engine: TensorOps, precision: 'float32' | 'mixed') => {
        const network = createNetwork(engine, shape, { precision, dropout: 0 });
        network.load(strongWeights(shape));
        const before = network.zeroState(16);
        const { losses, gradients, state } = network.gradients(
          { inputs, targets, batchSize: 16 },
          before,
          DROPOUT_SEED,
        );
        const read = new Map([['losses', await engine.read(losses)]]);
        for (const [name, tensor] of gradients) read.set(name, await engine.read(tensor));
        engine.release(losses, ...gradients.values());
        for (const used of [before, state]) network.releaseState(used);
        network.close();
        return read;
      };
      const [cells, separate, exact] = [
        await numbers(ops, 'mixed'),
        await numbers(plain, 'mixed'),
        await numbers(plain, 'float32'),
      ];
      for (const [name, expected] of separate) {
        // A float32 that differs in its last bit can be rounded to the next bfloat16, 1/256 away; most are not.
        expect(relativeError(cells.get(name) ?? [], expected), name).toBeLessThan(5e-3);
        expect(relativeError(cells.get(name) ?? [], exact.get(name) ?? []), `${name}, against float32`).toBeLessThan(
          0.1,
        );
      }
      expect(cells.get('losses')).not.toEqual(exact.get('losses'));
    },
  );

  describe('wrong inputs are errors, not crashes', () => {
    const zeros = (...shape: number[]) => ops.zeros(shape);
    const ids = (...list: number[]) => ops.fromInts(Int32Array.from(list), [list.length]);
    const dense = (V: number, H: number) => ({ kernelT: zeros(V, H), bias: zeros(V, 1) });
    const sequenceSaved = (steps: number, parts: number, H: number, B: number) => zeros(steps * parts, H * B);
    const H = 40;
    const B = 3;

    /** Each would be right but for what it is named after. */
    const wrong: Readonly<Record<string, () => unknown>> = {
      'a GRU step whose product has too few gates': () =>
        fused.gruForward(zeros(2 * H, B), zeros(3 * H, B), zeros(H, B), zeros(H, 1)),
      'a GRU step whose input is of another batch': () =>
        fused.gruForward(zeros(3 * H, B), zeros(3 * H, B + 1), zeros(H, B), zeros(H, 1)),
      'a GRU step whose bias is too long': () =>
        fused.gruForward(zeros(3 * H, B), zeros(3 * H, B), zeros(H, B), zeros(H, B)),
      'a GRU step whose state is a vector': () =>
        fused.gruForward(zeros(3 * H, B), zeros(3 * H, B), zeros(H * B), zeros(H, 1)),
      'a GRU step backward with one state too small': () => {
        const good = zeros(H, B);
        return fused.gruBackward(
          { output: good, direct: good, through: good },
          { z: good, r: good, u: good, candidate: good, h: zeros(H, B - 1) },
        );
      },
      'an LSTM step whose cell state is too small': () =>
        fused.lstmForward(zeros(4 * H, B), zeros(4 * H, B), zeros(H - 1, B)),
      'an LSTM step backward with too few saved values': () => {
        const good = zeros(H, B);
        return fused.lstmBackward({ output: good, through: good, later: good }, [good, good, good, good], good);
      },
      'an LSTM step backward with a saved value of another size': () => {
        const good = zeros(H, B);
        const saved = [good, good, good, good, zeros(1, 1)];
        return fused.lstmBackward({ output: good, through: good, later: good }, saved, good);
      },
      'a sequence with an id beyond the table': () =>
        fused.sequence(
          'gru',
          zeros(3 * H, H),
          [zeros(H, B)],
          { values: zeros(3 * H, 5), ids: ids(0, 4, 5) },
          zeros(H, 1),
        ),
      'a sequence with a negative id': () =>
        fused.sequence(
          'lstm',
          zeros(4 * H, H),
          [zeros(H, B), zeros(H, B)],
          { values: zeros(4 * H, 5), ids: ids(0, -1, 2) },
          null,
        ),
      'a sequence that is not a whole number of steps': () =>
        fused.sequence('gru', zeros(3 * H, H), [zeros(H, B)], { values: zeros(3 * H, 4), ids: null }, zeros(H, 1)),
      'a sequence of ids that is not a whole number of steps': () =>
        fused.sequence('gru', zeros(3 * H, H), [zeros(H, B)], { values: zeros(3 * H, 5), ids: ids(0, 1) }, zeros(H, 1)),
      'a sequence without steps': () =>
        fused.sequence('gru', zeros(3 * H, H), [zeros(H, B)], { values: zeros(3 * H, 0), ids: null }, zeros(H, 1)),
      'a sequence of an empty batch': () =>
        fused.sequence('gru', zeros(3 * H, H), [zeros(H, 0)], { values: zeros(3 * H, 3), ids: null }, zeros(H, 1)),
      'a GRU sequence with the kernel of an LSTM': () =>
        fused.sequence('gru', zeros(4 * H, H), [zeros(H, B)], { values: zeros(3 * H, B), ids: null }, zeros(H, 1)),
      'a GRU sequence with the input of an LSTM': () =>
        fused.sequence('gru', zeros(3 * H, H), [zeros(H, B)], { values: zeros(4 * H, B), ids: null }, zeros(H, 1)),
      'a GRU sequence with too short a bias': () =>
        fused.sequence('gru', zeros(3 * H, H), [zeros(H, B)], { values: zeros(3 * H, B), ids: null }, zeros(H - 1, 1)),
      'an LSTM sequence without its cell state': () =>
        fused.sequence('lstm', zeros(4 * H, H), [zeros(H, B)], { values: zeros(4 * H, B), ids: null }, null),
      'an LSTM sequence with a cell state of another batch': () =>
        fused.sequence(
          'lstm',
          zeros(4 * H, H),
          [zeros(H, B), zeros(H, 1)],
          { values: zeros(4 * H, B), ids: null },
          null,
        ),
      'a sequence backward with gradients of fewer steps': () =>
        fused.sequenceBackward('gru', zeros(3 * H, H), zeros(H, B), {
          hidden: zeros(H, 2 * B),
          saved: sequenceSaved(2, 4, H, B),
        }),
      'a sequence backward with hidden states of fewer steps': () =>
        fused.sequenceBackward('gru', zeros(3 * H, H), zeros(H, 2 * B), {
          hidden: zeros(H, B),
          saved: sequenceSaved(2, 4, H, B),
        }),
      'an LSTM sequence backward with what a GRU saved': () =>
        fused.sequenceBackward('lstm', zeros(4 * H, H), zeros(H, 2 * B), {
          hidden: zeros(H, 2 * B),
          saved: sequenceSaved(2, 4, H, B),
        }),
      'a sequence backward with nothing saved': () =>
        fused.sequenceBackward('gru', zeros(3 * H, H), zeros(H, 0), { hidden: zeros(H, 0), saved: zeros(0, H) }),
      'a kernel to pack that has no whole number of gates': () => fused.streamPack(zeros(3 * H + 1, H)),
      'a kernel to pack that is a vector': () => fused.streamPack(zeros(H)),
      'an empty kernel to pack': () => fused.streamPack(zeros(0, H)),
      'a kernel to pack without columns': () => fused.streamPack(zeros(H, 0)),
      'a stream step of two streams': () =>
        fused.streamStep(
          'gru',
          fused.streamPack(zeros(3 * H, H)),
          zeros(3 * H, 2),
          [zeros(H, 2)],
          zeros(H, 1),
          dense(5, H),
        ),
      'a stream step with a kernel that is not packed': () =>
        fused.streamStep('gru', zeros(3 * H, H), zeros(3 * H, 1), [zeros(H, 1)], zeros(H, 1), dense(5, H)),
      'a stream step of a GRU with the kernel of an LSTM': () =>
        fused.streamStep(
          'gru',
          fused.streamPack(zeros(4 * H, H)),
          zeros(3 * H, 1),
          [zeros(H, 1)],
          zeros(H, 1),
          dense(5, H),
        ),
      'a stream step with the output layer of another network': () =>
        fused.streamStep(
          'gru',
          fused.streamPack(zeros(3 * H, H)),
          zeros(3 * H, 1),
          [zeros(H, 1)],
          zeros(H, 1),
          dense(5, H + 1),
        ),
      'a stream step whose output bias is too short': () =>
        fused.streamStep('gru', fused.streamPack(zeros(3 * H, H)), zeros(3 * H, 1), [zeros(H, 1)], zeros(H, 1), {
          kernelT: zeros(5, H),
          bias: zeros(4, 1),
        }),
      'a stream step with too short an input': () =>
        fused.streamStep(
          'lstm',
          fused.streamPack(zeros(4 * H, H)),
          zeros(3 * H, 1),
          [zeros(H, 1), zeros(H, 1)],
          null,
          dense(5, H),
        ),
      'a stream step of an LSTM without its cell state': () =>
        fused.streamStep('lstm', fused.streamPack(zeros(4 * H, H)), zeros(4 * H, 1), [zeros(H, 1)], null, dense(5, H)),
      'integers in place of a state': () =>
        fused.gruForward(zeros(3 * H, B), zeros(3 * H, B), ids(...new Array<number>(H * B).fill(0)), zeros(H, 1)),
    };

    it.each(Object.keys(wrong))('%s', (name) => {
      const before = ops.tensorCount();
      expect(() => ops.arena(() => wrong[name]?.())).toThrow();
      expect(ops.tensorCount()).toBe(before);
    });

    it('and the engine goes on after them', async () => {
      const setting = prepare(ops, 'gru', { units: 40, B: 3, T: 2, V: 5, E: 4, layers: 1, dropout: 0 });
      expectClose(await whole(setting), await steps(plain, setting));
      setting.close();
    });
  });
}
