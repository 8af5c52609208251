/**
 * A copy of a part of some bytes in a buffer of its own, to be posted. Structured clone takes the whole buffer behind a view: a piece of a
 * checkpoint would carry the checkpoint. (`slice` would not always do: a Buffer's is a view.)
 */
export function ownBytes(bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes.subarray(start, end));
}
