/**
 * Stands in for the trainer process: sends checkpoints of the reference model's size, one when it is asked to `continue`, on the
 * way that the trainer sends them; and takes checkpoints to go on from and to write with. With FOLIO_BENCH_BUSY=1 it
 * computes on one processor in between, as a training does.
 */
import { randomFillSync } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { encodeSafetensors } from '../../src/main/model/safetensors.ts';
import type { FromTrainer, ToTrainer } from '../../src/main/trainer/messages.ts';
import { connectPort } from '../../src/main/trainer/port.ts';
import { CheckpointSender, hashesOf } from '../../src/main/trainer/pieces.ts';
import { oneOf } from '../arguments.ts';
import { runBench } from '../usage.ts';

const PARAMETERS = 4_021_569;
const STEPS = 172;

let epoch = 0;

function floats(count: number): Float32Array<ArrayBuffer> {
  const data = new Float32Array(count);
  randomFillSync(new Uint8Array(data.buffer));
  return data;
}

async function checkpoint(checkpoints: CheckpointSender): Promise<void> {
  epoch++;
  const step = epoch * STEPS;
  const bytes = {
    weights: encodeSafetensors(new Map([['weights', { shape: [PARAMETERS], data: floats(PARAMETERS) }]]), {}),
    optimizer: encodeSafetensors(new Map([['moments', { shape: [2 * PARAMETERS], data: floats(2 * PARAMETERS) }]]), {}),
  };
  const message: FromTrainer = {
    type: 'checkpoint',
    kind: 'epoch',
    position: {
      step,
      epoch: epoch + 1,
      stepInEpoch: 0,
      activeSeconds: step,
      lossSum: 0,
      epochSeconds: 0,
      bestValidationLoss: null,
      bestEpoch: null,
      epochsWithoutImprovement: 0,
    },
    epoch: {
      epoch,
      steps: STEPS,
      complete: true,
      trainLoss: 1 + 1 / epoch,
      validationLoss: null,
      seconds: 100,
      charactersPerSecond: 10_000,
      learningRate: 1e-3,
    },
    samples: [],
    sha256: hashesOf(bytes),
    ...bytes,
  };
  await checkpoints.send(message);
}

const report = {
  engine: 'wasm',
  device: 'a benchmark',
  available: true,
  reason: '',
  selfTest: 'not run',
  gflops: null,
  mixedPays: false,
  details: {},
} as const;

function main(): number {
  const port = connectPort();
  const checkpoints = new CheckpointSender((message) => port.send(message));
  port.onMessage((message: ToTrainer) => {
    if (message.type === 'train') void port.send({ type: 'ready', report, rejected: [] });
    if (message.type === 'load') void port.send({ type: 'loaded', report, rejected: [] });
    if (message.type === 'stored') checkpoints.stored();
    if (message.type === 'continue') void checkpoint(checkpoints);
    if (message.type === 'stop') void port.send({ type: 'ended', outcome: 'finished', reason: '' });
  });

  if (process.env['FOLIO_BENCH_BUSY'] === '1') new Worker('for (;;);', { eval: true }).unref();
  return 0;
}

await runBench(
  {
    command: 'npx node bench/checkpoint/sender.ts',
    takes: 'PURPOSE',
    help: 'Stands in for the trainer process, and speaks as it does over an IPC channel. Started by bench/checkpoint/pause.ts.',
    positionals: ['purpose'],
    schema: z.strictObject({ purpose: oneOf(['training', 'generation', 'probe']) }),
  },
  main,
);
