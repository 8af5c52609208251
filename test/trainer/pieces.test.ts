import { setImmediate as settled } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { FromTrainer } from '../../src/main/trainer/messages.ts';
import { CheckpointSender, hashesOf, PIECE_BYTES } from '../../src/main/trainer/pieces.ts';
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
