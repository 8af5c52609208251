/**
 * Cuts UTF-8 into pieces of at most about `size` bytes, joining small ones; each holds whole code points provided that the
 * incoming pieces did. An iterator, so that one piece is in memory at a time.
 */
export function* rechunk(chunks: Iterable<Uint8Array>, size: number): Generator<Uint8Array, void, undefined> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  const flush = (): Uint8Array => {
    const joined = held.length === 1 && held[0] !== undefined ? held[0] : Buffer.concat(held);
    held = [];
    heldBytes = 0;
    return joined;
  };
  for (const chunk of chunks) {
    let start = 0;
    while (start < chunk.byteLength) {
      const end = codePointEnd(chunk, Math.min(start + size - heldBytes, chunk.byteLength));
      held.push(Uint8Array.prototype.slice.call(chunk, start, end)); // a copy: the reader may use its buffer again
      heldBytes += end - start;
      start = end;
      if (heldBytes >= size) yield flush();
    }
  }
  if (heldBytes > 0) yield flush();
}

/** Moves an offset forward past the continuation bytes (10xxxxxx) of a code point. */
function codePointEnd(bytes: Uint8Array, offset: number): number {
  let end = offset;
  while (end < bytes.byteLength && ((bytes[end] ?? 0) & 0xc0) === 0x80) end++;
  return end;
}
