import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

import { FolioError } from '../../shared/errors.ts';

export interface PackedChunk {
  readonly codec: string;
  readonly data: Uint8Array;
}

const BROTLI = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } };

// Node before 22.15 has no zstd; what one wrote, every later one reads.
const HAS_ZSTD = typeof zlib.zstdCompressSync === 'function';

export function compress(chunk: Uint8Array): PackedChunk {
  return HAS_ZSTD
    ? { codec: 'zstd', data: zlib.zstdCompressSync(chunk) }
    : { codec: 'brotli', data: zlib.brotliCompressSync(chunk, BROTLI) };
}

/** The same bytes as {@link compress}, made in another thread. */
export async function compressAside(chunk: Uint8Array): Promise<PackedChunk> {
  return HAS_ZSTD
    ? { codec: 'zstd', data: await promisify(zlib.zstdCompress)(chunk) }
    : { codec: 'brotli', data: await promisify(zlib.brotliCompress)(chunk, BROTLI) };
}

export function decompress(codec: string, data: Uint8Array): Uint8Array {
  if (codec === 'brotli') return zlib.brotliDecompressSync(data);
  if (HAS_ZSTD) return zlib.zstdDecompressSync(data);
  throw new FolioError(
    'corpus',
    'this text was compressed with zstd, which this Node does not have',
    'Use Node 22.15 or later.',
  );
}
