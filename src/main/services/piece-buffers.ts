import type { ImportPiece } from '../store/import-types.ts';

/** What of a piece is handed over to a thread instead of copied: buffers that nothing else is in. */
export function wholeBuffers(piece: ImportPiece): ArrayBuffer[] {
  if (piece.type !== 'checkpoint') return [];
  const { weights, optimizer } = piece.checkpoint;
  return [weights, optimizer].flatMap((blob) => {
    const data = blob?.data;
    const isWhole = data?.buffer instanceof ArrayBuffer && data.byteLength === data.buffer.byteLength;
    return isWhole ? [data.buffer] : []; // as was just seen
  });
}
