import { once } from 'node:events';
import { setImmediate as settled } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { FromTrainer } from '../../src/main/trainer/messages.ts';
import { sendCheckpoint } from '../../src/main/services/send-checkpoint.ts';
import type { ToTrainer } from '../../src/main/trainer/messages.ts';
import { CheckpointSender, hashesOf, PIECE_BYTES, PieceReceiver } from '../../src/main/trainer/pieces.ts';
import { checkpointMessage, stepMessage } from '../support/fake-trainer.ts';

describe('the way of a checkpoint to the main process', () => {
  it('is in pieces when it is large, with its sizes, and nothing else changes', async () => {
    const sent: FromTrainer[] = [];
    const sender = new CheckpointSender(async (message) => void sent.push(message));
    const weights = Uint8Array.from({ length: PIECE_BYTES + 5 }, (_, i) => i % 251);
    const optimizer = Uint8Array.from({ length: 2 * PIECE_BYTES }, (_, i) => i % 241);
    const message = checkpointMessage({ epoch: 1 }, { weights, optimizer, sha256: hashesOf({ weights, optimizer }) });
    await sender.send(message);
    const pieces = sent.flatMap((each) => (each.type === 'checkpoint-piece' ? [each] : []));
    expect(pieces.map(({ part, bytes }) => [part, bytes.length])).toEqual([
      ['weights', PIECE_BYTES],
      ['weights', 5],
      ['optimizer', PIECE_BYTES],
      ['optimizer', PIECE_BYTES],
    ]);
    const joined = (name: string): Buffer =>
      Buffer.concat(pieces.filter(({ part }) => part === name).map(({ bytes }) => bytes));
    expect(hashesOf({ weights: joined('weights'), optimizer: joined('optimizer') })).toEqual(message.sha256);
    const none = new Uint8Array(0);
    const inPieces = { weights: weights.length, optimizer: optimizer.length };
    expect(sent.at(-1)).toEqual({ ...message, weights: none, optimizer: none, inPieces });
  });

  it('is free when the one before is stored; steps do not wait', async () => {
    const sent: string[] = [];
    const sender = new CheckpointSender(async (message) => void sent.push(message.type));
    await sender.send(checkpointMessage({ epoch: 1 }));
    const second = sender.send(checkpointMessage({ epoch: 2 }));
    await sender.send(stepMessage(1));
    await settled();
    expect(sent).toEqual(['checkpoint', 'step']);
    sender.stored();
    await second;
    expect(sent).toEqual(['checkpoint', 'step', 'checkpoint']);
  });
});

describe('the way of a checkpoint to a trainer', () => {
  const filled = (length: number, modulus: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i % modulus);

  async function sent(weights: Uint8Array, optimizer: Uint8Array, goesOn?: () => boolean) {
    const receiver = new PieceReceiver();
    const sizes: number[] = [];
    const send = async (message: ToTrainer): Promise<void> => {
      if (message.type !== 'checkpoint-piece') throw new Error(message.type);
      sizes.push(message.bytes.length);
      receiver.take(message);
    };
    return { message: await sendCheckpoint(send, { weights, optimizer }, goesOn), receiver, sizes };
  }

  it('is in pieces when it is large, and put together there', async () => {
    const [weights, optimizer] = [filled(PIECE_BYTES + 5, 251), filled(2 * PIECE_BYTES, 241)];
    const { message, receiver, sizes } = await sent(weights, optimizer);
    expect(sizes).toEqual([PIECE_BYTES, 5, PIECE_BYTES, PIECE_BYTES]);
    expect([message.weights.length, message.optimizer.length]).toEqual([0, 0]);
    const { inPieces } = message;
    expect(Buffer.compare(receiver.part('optimizer', message.optimizer, inPieces), optimizer)).toBe(0);
    expect(Buffer.compare(receiver.part('weights', message.weights, inPieces), weights)).toBe(0);
    expect(() => receiver.part('weights', message.weights, inPieces)).toThrow('0 bytes of a checkpoint');
  });

  it('is not mixed with what is left of one that was given up', async () => {
    const receiver = new PieceReceiver();
    const send = async (message: ToTrainer): Promise<void> => {
      if (message.type === 'checkpoint-piece') receiver.take(message);
    };
    const none = new Uint8Array(0);
    const whole = { weights: filled(2 * PIECE_BYTES, 251), optimizer: filled(PIECE_BYTES, 241) };
    let left = 1;
    await sendCheckpoint(send, { weights: filled(3 * PIECE_BYTES, 7), optimizer: none }, () => left-- > 0);
    const { inPieces } = await sendCheckpoint(send, whole);
    expect(Buffer.compare(receiver.part('weights', none, inPieces), whole.weights)).toBe(0);
    expect(Buffer.compare(receiver.part('optimizer', none, inPieces), whole.optimizer)).toBe(0);

    left = 1;
    await sendCheckpoint(send, { weights: none, optimizer: filled(2 * PIECE_BYTES, 7) }, () => left-- > 0);
    expect(receiver.part('weights', filled(9, 7), undefined)).toEqual(filled(9, 7));
    expect(() => receiver.part('optimizer', none, { weights: 0, optimizer: PIECE_BYTES })).toThrow('0 bytes');
  });

  it('is in its message when it is small', async () => {
    const { message, receiver, sizes } = await sent(filled(9, 7), filled(3, 2));
    expect([sizes, message]).toEqual([[], { weights: filled(9, 7), optimizer: filled(3, 2) }]);
    expect(receiver.part('weights', message.weights, message.inPieces)).toEqual(filled(9, 7));
  });

  it('is not gone to the end of when nobody wants it any more', async () => {
    let left = 2;
    const { sizes } = await sent(filled(PIECE_BYTES, 3), filled(3 * PIECE_BYTES, 3), () => left-- > 0);
    expect(sizes).toHaveLength(2);
  });
});

describe('a piece that is posted by structured clone', () => {
  /** Posts through a port and gives how many bytes came, and how many are in the buffer behind them. */
  async function arrived(work: (send: (message: unknown) => Promise<void>) => Promise<unknown>): Promise<number[][]> {
    const { port1, port2 } = new MessageChannel();
    const sizes: number[][] = [];
    port2.on('message', (message: FromTrainer) => {
      if (message.type === 'checkpoint-piece') sizes.push([message.bytes.length, message.bytes.buffer.byteLength]);
      else port2.close();
    });
    const closed = once(port2, 'close');
    await work(async (message) => port1.postMessage(message));
    port1.postMessage({ type: 'end' });
    await closed;
    return sizes;
  }
  const bytes = (length: number): Uint8Array => Buffer.alloc(length, 'weights');
  const PIECES = [
    [PIECE_BYTES, PIECE_BYTES],
    [5, 5],
    [PIECE_BYTES, PIECE_BYTES],
  ];

  it.each([
    ['of Node', bytes],
    ['of an array', (length: number) => new Uint8Array(length)],
  ])('carries itself and not the whole checkpoint, in either direction: bytes %s', async (_, make) => {
    const [weights, optimizer] = [make(PIECE_BYTES + 5), make(PIECE_BYTES)];
    expect(await arrived((send) => sendCheckpoint(send, { weights, optimizer }))).toEqual(PIECES);
    const message = checkpointMessage({ epoch: 1 }, { weights, optimizer });
    expect(await arrived((send) => new CheckpointSender(send).send(message))).toEqual(PIECES);
  });
});
