/** How a checkpoint of many megabytes travels to a trainer process: in pieces, so that handing it over holds nobody up. */
import { ownBytes } from '../../shared/own-bytes.ts';
import type { CheckpointBytes, CheckpointSizes } from '../trainer/messages.ts';
import type { TrainerProcess } from './types.ts';

/** Handed over within a few milliseconds. */
const PIECE_BYTES = 1 << 20;

const PARTS = ['weights', 'optimizer'] as const satisfies readonly (keyof CheckpointBytes)[];
const NONE = new Uint8Array(0);

/** What stands in the message that follows the pieces. */
export interface SentCheckpoint extends CheckpointBytes {
  readonly inPieces?: CheckpointSizes;
}

/**
 * Sends a checkpoint ahead of the message that it belongs to, unless it is small enough to travel in it. Resolves with what that message
 * is to hold. Rejects with what `send` rejects with.
 *
 * @param goesOn asked before each piece; when it says no, what is left is not sent
 */
export async function sendCheckpoint(
  send: TrainerProcess['send'],
  checkpoint: CheckpointBytes,
  goesOn: () => boolean = () => true,
): Promise<SentCheckpoint> {
  const { weights, optimizer } = checkpoint;
  if (weights.length + optimizer.length <= PIECE_BYTES) return { weights, optimizer };
  let first = true;
  for (const part of PARTS) {
    const all = checkpoint[part];
    for (let start = 0; start < all.length && goesOn(); start += PIECE_BYTES) {
      await send({ type: 'checkpoint-piece', part, bytes: ownBytes(all, start, start + PIECE_BYTES), first });
      first = false;
    }
  }
  return { weights: NONE, optimizer: NONE, inPieces: { weights: weights.length, optimizer: optimizer.length } };
}
