/** How a checkpoint of many megabytes travels to the main process, and from it, without holding it up. */
import { createHash } from 'node:crypto';
import { FolioError } from '../../shared/errors.ts';
import { ownBytes } from '../../shared/own-bytes.ts';
import type { CheckpointBytes, CheckpointHashes, CheckpointPiece, CheckpointSizes, Send } from './messages.ts';

/** Taken in within a few milliseconds, and large enough that there are not too many. */
export const PIECE_BYTES = 1 << 20;

const PARTS = ['weights', 'optimizer'] as const satisfies readonly (keyof CheckpointBytes)[];
const NONE = new Uint8Array(0);

export function hashesOf({ weights, optimizer }: CheckpointBytes): CheckpointHashes {
  return { weights: sha256(weights), optimizer: sha256(optimizer) };
}

/**
 * Sends a training's messages. A checkpoint that is larger than a piece is taken apart (services/recorder.ts puts it together), and none
 * is sent before the last one was stored: training runs ahead of a slow disk by one checkpoint and no more.
 */
export class CheckpointSender {
  readonly #send: Send;
  #lastIsStored: Promise<void> = Promise.resolve();
  #stored: () => void = () => undefined;

  constructor(send: Send) {
    this.#send = send;
  }

  /** The main process has stored the last checkpoint. */
  stored(): void {
    this.#stored();
  }

  readonly send: Send = async (message) => {
    if (message.type !== 'checkpoint') return this.#send(message);
    await this.#lastIsStored;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#lastIsStored = promise;
    this.#stored = resolve;
    if (message.weights.length + message.optimizer.length <= PIECE_BYTES) return this.#send(message);
    for (const part of PARTS) {
      const all = message[part];
      for (let start = 0; start < all.length; start += PIECE_BYTES) {
        await this.#send({ type: 'checkpoint-piece', part, bytes: ownBytes(all, start, start + PIECE_BYTES) });
      }
    }
    const inPieces = { weights: message.weights.length, optimizer: message.optimizer.length };
    await this.#send({ ...message, weights: NONE, optimizer: NONE, inPieces });
  };
}

/** Puts together what the main process sends in pieces: the checkpoint that a training goes on from, or a text is written with. */
export class PieceReceiver {
  #pieces: CheckpointPiece[] = [];

  take(piece: CheckpointPiece): void {
    if (piece.first === true) this.#pieces = [];
    this.#pieces.push(piece);
  }

  /**
   * One part of the checkpoint that the pieces belong to, and nothing left of them.
   *
   * @param inPieces what was sent; absent when the part came whole
   * @throws FolioError 'damaged' when bytes are missing or too many
   */
  part(part: keyof CheckpointBytes, whole: Uint8Array, inPieces: CheckpointSizes | undefined): Uint8Array {
    if (inPieces === undefined) {
      this.#pieces = [];
      return whole;
    }
    const bytes = Buffer.concat(this.#pieces.filter((piece) => piece.part === part).map((piece) => piece.bytes));
    this.#pieces = this.#pieces.filter((piece) => piece.part !== part);
    if (bytes.length === inPieces[part]) return bytes;
    throw new FolioError(
      'damaged',
      `${bytes.length} bytes of a checkpoint's ${part} arrived where ${inPieces[part]} were sent`,
      'Try again.',
    );
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
