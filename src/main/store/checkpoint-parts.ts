/** A checkpoint's blobs while they arrive in pieces. */
import { FolioError } from '../../shared/errors.ts';
import type { BlobKind } from './checkpoint-blob.ts';

export class CheckpointParts {
  readonly #pieces: Record<BlobKind, Uint8Array[]> = { weights: [], optimizer: [] };

  add(part: BlobKind, bytes: Uint8Array): void {
    this.#pieces[part].push(bytes);
  }

  /** Forgets what has come, of a checkpoint that will not be completed. */
  clear(): void {
    this.#pieces.weights = [];
    this.#pieces.optimizer = [];
  }

  /** Both blobs, put together, and nothing left of their pieces. Throws FolioError 'damaged' when bytes are missing or too many. */
  take(sizes: Readonly<Record<BlobKind, number>>): Record<BlobKind, Uint8Array> {
    const { weights, optimizer } = this.#pieces;
    this.clear();
    return { weights: joined('weights', weights, sizes), optimizer: joined('optimizer', optimizer, sizes) };
  }
}

function joined(part: BlobKind, pieces: readonly Uint8Array[], sizes: Readonly<Record<BlobKind, number>>): Uint8Array {
  const arrived = pieces.reduce((sum, { length }) => sum + length, 0);
  if (arrived !== sizes[part]) {
    throw new FolioError(
      'damaged',
      `${arrived} bytes of a checkpoint's ${part} arrived where ${sizes[part]} were sent`,
    );
  }
  const whole = new Uint8Array(arrived);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}
