/** How many programs a training step of the webgpu engine has the graphics processor run: what ARCHITECTURE.md says of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { TensorOps } from '../../src/main/engine/tensor-ops.ts';
import { initialWeights } from '../../src/main/model/initializers.ts';
import { networkShapeOf } from '../../src/main/model/weights.ts';
import { TrainingStepper } from '../../src/main/trainer/stepper.ts';
import type { RunConfig } from '../../src/shared/config.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { randomIds, withoutFused } from '../support/networks.ts';
import { openForTest } from '../support/open-engines.ts';
import { patienceFor } from '../support/swiftshader.ts';

const VOCABULARY = 65;
const ARCHITECTURE = readFileSync(join(import.meta.dirname, '../../ARCHITECTURE.md'), 'utf8').replace(/\s+/g, ' ');

const { ops, reason } = await openForTest('webgpu');
afterAll(() => ops?.close());

/** Runs of programs that one step asks for. None of them is computed, so that it takes no time whatever the network's size. */
function dispatchesOf(engine: TensorOps, config: RunConfig): number {
  const stepper = new TrainingStepper(
    engine,
    config,
    VOCABULARY,
    initialWeights(networkShapeOf(config, VOCABULARY), 1),
  );
  const count = config.batchSize * config.sequenceLength;
  const [inputs, targets] = [randomIds(count, VOCABULARY, 1), randomIds(count, VOCABULARY, 2)];
  const prototype = GPUComputePassEncoder.prototype;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is put back where it was
  const { dispatchWorkgroups } = prototype;
  let dispatches = 0;
  prototype.dispatchWorkgroups = () => {
    dispatches++;
    return undefined;
  };
  try {
    stepper.step({ inputs, targets }, { step: 1, learningRate: 1e-3 }).drop();
  } finally {
    prototype.dispatchWorkgroups = dispatchWorkgroups;
    stepper.close();
  }
  return dispatches;
}

if (ops === null) it('programs of a training step on webgpu', ({ skip }) => skip(reason));
else describe('programs of a training step on webgpu', patienceFor('webgpu'), () => describeDispatches(ops));

function describeDispatches(engine: TensorOps): void {
  const CELLS = ['gru', 'lstm'] as const;
  const tutorial = (cell: RunConfig['cell']): RunConfig => ({ ...PRESETS.tutorial.config, cell });

  it("the tutorial's are as many as ARCHITECTURE.md says, fused and plain", () => {
    // tfjs takes another of its programs for some products where a card has more room.
    if (process.env['FOLIO_TEST_WEBGPU'] === 'hardware') return;
    const [, ...said] =
      /(\S+) runs of programs for a GRU and (\S+) for an LSTM; with plain operations it takes (\S+) and (\S+)\. /.exec(
        ARCHITECTURE,
      ) ?? [];
    const counted = [engine, withoutFused(engine)].flatMap((each) =>
      CELLS.map((cell) => dispatchesOf(each, tutorial(cell)).toLocaleString('en')),
    );
    expect(counted).toEqual(said);
  });

  it('clipping adds the same few, however long the sequences are', () => {
    const clipping = (sequenceLength: number) => {
      const config = { ...tutorial('gru'), units: 32, embeddingSize: 16, batchSize: 4, sequenceLength };
      return dispatchesOf(engine, { ...config, clipNorm: 1 }) - dispatchesOf(engine, config);
    };
    // Of six parameters: their squares' sums (6), one sum of those (5), the factor (4), and with it each of them and one's squares (7).
    expect([clipping(5), clipping(10)]).toEqual([22, 22]);
  });
}
