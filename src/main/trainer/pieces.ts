/** How a checkpoint of many megabytes travels to the main process without holding it up. */
import { createHash } from 'node:crypto';
import type { CheckpointBytes, CheckpointHashes, Send } from './messages.ts';

/** Taken in within a few milliseconds, and large enough that there are not too many. */
export const PIECE_BYTES = 1 << 20;

const PARTS = ['weights', 'optimizer'] as const satisfies readonly (keyof CheckpointBytes)[];
const NONE = new Uint8Array(0);

export function hashesOf({ weights, optimizer }: CheckpointBytes): CheckpointHashes {
  return { weights: sha256(weights), optimizer: sha256(optimizer) };
}

/** A `send` that takes a checkpoint which is larger than a piece apart; the receiver puts it together (services/recorder.ts). */
export function checkpointInPieces(send: Send): Send {
  return async (message) => {
    if (message.type !== 'checkpoint' || message.weights.length + message.optimizer.length <= PIECE_BYTES) {
      return send(message);
    }
    for (const part of PARTS) {
      const all = message[part];
      for (let start = 0; start < all.length; start += PIECE_BYTES) {
        await send({ type: 'checkpoint-piece', part, bytes: all.subarray(start, start + PIECE_BYTES) });
      }
    }
    const inPieces = { weights: message.weights.length, optimizer: message.optimizer.length };
    await send({ ...message, weights: NONE, optimizer: NONE, inPieces });
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
