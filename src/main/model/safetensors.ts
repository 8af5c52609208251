/**
 * The safetensors file format (huggingface/safetensors, format description in its README): an unsigned 64-bit header length,
 * a JSON header that names each array's type, shape and place, then the arrays' bytes, all little-endian (as is every
 * platform that Node runs this program on). Written and read in memory; a file from elsewhere is checked before it is believed.
 */
import { z } from 'zod';

import { FolioError } from '../../shared/errors.ts';
import { elementCount } from './weights.ts';
import type { WeightArray, Weights } from './weights.ts';

/** The format's own limit on the header's length. */
const MAX_HEADER_BYTES = 100_000_000;
const LENGTH_BYTES = 8;
/** Headers are padded with spaces to this, so that the arrays behind them are aligned. */
const ALIGNMENT = 8;
const METADATA = '__metadata__';

const headerSchema = z.record(z.string(), z.unknown());
const metadataSchema = z.record(z.string(), z.string());
const size = z.number().int().min(0);
const entrySchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(size),
  data_offsets: z.tuple([size, size]),
});

interface Entry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** Floating-point types that can be read, with their widths in bytes. */
const WIDTHS = { F64: 8, F32: 4, F16: 2, BF16: 2 } as const;
type DType = keyof typeof WIDTHS;

function isReadable(dtype: string): dtype is DType {
  return Object.hasOwn(WIDTHS, dtype);
}

/**
 * The bytes of a safetensors file that holds these arrays as F32. Arrays and metadata are sorted by name: the same content
 * gives the same bytes.
 */
export function encodeSafetensors(arrays: Weights, metadata: Readonly<Record<string, string>>): Uint8Array {
  const sorted = [...arrays].sort(([a], [b]) => (a < b ? -1 : 1));
  const header: Record<string, unknown> = {};
  const metadataKeys = Object.keys(metadata).sort();
  if (metadataKeys.length > 0) header[METADATA] = Object.fromEntries(metadataKeys.map((key) => [key, metadata[key]]));
  let offset = 0;
  for (const [name, { shape, data }] of sorted) {
    if (name === METADATA || name === '__proto__' || data.length !== elementCount(shape)) {
      throw new FolioError(
        'internal',
        `cannot write the array ${name}: ${data.length} numbers, shape [${shape.join(', ')}]`,
      );
    }
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }

  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes);
  bytes.set(json, LENGTH_BYTES);
  let position = LENGTH_BYTES + headerBytes;
  for (const [, { data }] of sorted) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}

/**
 * Reads a safetensors file; F16, BF16 and F64 are converted to float32. The arrays are copies and stand in the order of their
 * bytes. Throws FolioError 'file' for anything that is not a whole, consistent file.
 */
export function decodeSafetensors(bytes: Uint8Array): {
  arrays: Map<string, WeightArray>;
  metadata: Record<string, string>;
} {
  const { header, dataStart } = readHeader(bytes);
  const { [METADATA]: rawMetadata, ...rawEntries } = header;
  const metadata = metadataSchema.safeParse(rawMetadata ?? {});
  if (!metadata.success) throw damaged(`its ${METADATA} is not an object of strings`);

  const entries = Object.entries(rawEntries).map(([name, raw]) => readEntry(name, raw));
  checkCoverage(entries, bytes.length - dataStart);
  const arrays = new Map<string, WeightArray>();
  for (const { name, dtype, shape, begin, end } of entries) {
    arrays.set(name, { shape, data: toFloats(dtype, bytes.subarray(dataStart + begin, dataStart + end)) });
  }
  return { arrays, metadata: metadata.data };
}

function damaged(reason: string): FolioError {
  return new FolioError(
    'file',
    `This is not a readable safetensors file: ${reason}.`,
    'Choose a file of weights, or export it again if it was cut off.',
  );
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.length < LENGTH_BYTES) throw damaged(`it has only ${bytes.length} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) throw damaged('it does not begin as one (perhaps it is a file of another kind)');
  const dataStart = LENGTH_BYTES + Number(length);
  if (dataStart > bytes.length) throw damaged(`it ends inside its header (${bytes.length} of ${dataStart} bytes)`);
  if (bytes[LENGTH_BYTES] !== 0x7b /* { */) throw damaged('its header is not JSON');

  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(LENGTH_BYTES, dataStart)));
  } catch {
    throw damaged('its header is not JSON');
  }
  const header = headerSchema.safeParse(parsed);
  if (!header.success) throw damaged('its header is not a JSON object');
  return { header: header.data, dataStart };
}

function readEntry(name: string, raw: unknown): Entry {
  const entry = entrySchema.safeParse(raw);
  if (!entry.success) throw damaged(`its header does not describe the array ${JSON.stringify(name)}`);
  const { dtype, shape, data_offsets: offsets } = entry.data;
  if (!isReadable(dtype)) {
    throw new FolioError(
      'file',
      `The array ${JSON.stringify(name)} has the type ${JSON.stringify(dtype)}, which cannot be read.`,
      `Save it as one of ${Object.keys(WIDTHS).join(', ')}.`,
    );
  }
  const [begin, end] = offsets;
  const needed = elementCount(shape) * WIDTHS[dtype];
  if (end - begin !== needed) {
    throw damaged(
      `${JSON.stringify(name)} [${shape.join(', ')}] ${dtype} needs ${needed} bytes but has ${end - begin}`,
    );
  }
  return { name, dtype, shape, begin, end };
}

/** The arrays must cover the data exactly: nothing outside, no overlap, no hole. Sorts them by their place. */
function checkCoverage(entries: Entry[], dataBytes: number): void {
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  for (const { name, begin, end } of entries) {
    if (end > dataBytes)
      throw damaged(`${JSON.stringify(name)} would end at byte ${end} of ${dataBytes}; the file was cut off`);
    if (begin < position) throw damaged(`${JSON.stringify(name)} overlaps the array before it`);
    if (begin > position) throw damaged(`bytes ${position} to ${begin} belong to no array`);
    position = end;
  }
  if (position !== dataBytes) throw damaged(`${dataBytes - position} bytes at its end belong to no array`);
}

function toFloats(dtype: DType, bytes: Uint8Array): Float32Array {
  const aligned = new Uint8Array(bytes).buffer; // a copy: the bytes may stand anywhere in a pool
  switch (dtype) {
    case 'F32':
      return new Float32Array(aligned);
    case 'F64':
      return Float32Array.from(new Float64Array(aligned));
    case 'F16':
      return Float32Array.from(new Uint16Array(aligned), halfToNumber);
    case 'BF16': {
      const bits = Uint32Array.from(new Uint16Array(aligned), (half) => half << 16);
      return new Float32Array(bits.buffer);
    }
  }
}

/** IEEE 754 binary16: 1 sign bit, 5 exponent bits (bias 15), 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
