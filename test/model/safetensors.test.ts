import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { decodeSafetensors, encodeSafetensors } from '../../src/main/model/safetensors.ts';
import type { WeightArray } from '../../src/main/model/weights.ts';
import { FolioError } from '../../src/shared/errors.ts';
import fc from '../property.ts';

function golden(name: string): Uint8Array {
  return readFileSync(new URL(`../parity/golden/${name}`, import.meta.url));
}

/** A file with this header, whatever it says, and so many zero bytes of data. */
function file(header: unknown, dataBytes = 0, length?: bigint): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

function bits(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

function f32(begin: number, end: number, shape: unknown = [(end - begin) / 4]) {
  return { dtype: 'F32', shape, data_offsets: [begin, end] };
}

const anyArray: fc.Arbitrary<WeightArray> = fc
  .array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 })
  .chain((shape) => {
    const length = shape.reduce((product, size) => product * size, 1);
    return fc.record({
      shape: fc.constant(shape),
      data: fc.float32Array({ minLength: length, maxLength: length }),
    });
  });
const anyName = fc.string({ unit: 'grapheme' }).filter((name) => !name.startsWith('__'));
const anyFile = fc.tuple(fc.array(fc.tuple(anyName, anyArray), { maxLength: 5 }), fc.dictionary(anyName, fc.string()));

describe('round trip', () => {
  it('returns every array bit for bit, and the metadata', () => {
    fc.assert(
      fc.property(anyFile, ([entries, metadata]) => {
        const arrays = new Map(entries);
        const decoded = decodeSafetensors(encodeSafetensors(arrays, metadata));
        expect({ ...decoded.metadata }).toEqual({ ...metadata });
        expect([...decoded.arrays.keys()].sort()).toEqual([...arrays.keys()].sort());
        for (const [name, { shape, data }] of arrays) {
          const found = decoded.arrays.get(name);
          expect(found?.shape).toEqual(shape);
          expect(bits(found?.data ?? new Float32Array(0))).toEqual(bits(data));
        }
      }),
      { seed: 1 },
    );
  });

  it('gives the same bytes whatever order the arrays come in, with the data aligned to 8', () => {
    const a = { shape: [2], data: Float32Array.of(1, 2) };
    const b = { shape: [1, 1], data: Float32Array.of(3) };
    const one = encodeSafetensors(new Map([['a', a], ['b', b]]), { x: '1', y: '2' }); // prettier-ignore
    const other = encodeSafetensors(new Map([['b', b], ['a', a]]), { y: '2', x: '1' }); // prettier-ignore
    expect(other).toEqual(one);
    expect((one.length - 12) % 8).toBe(0);
  });

  it('reads from the middle of a pool', () => {
    const bytes = encodeSafetensors(new Map([['a', { shape: [2], data: Float32Array.of(1, 2) }]]), {});
    const pool = new Uint8Array(bytes.length + 7);
    pool.set(bytes, 3);
    const { arrays } = decodeSafetensors(pool.subarray(3, 3 + bytes.length));
    expect(arrays.get('a')).toEqual({ shape: [2], data: Float32Array.of(1, 2) });
  });

  it('refuses to write an array whose numbers do not fit its shape', () => {
    expect(() => encodeSafetensors(new Map([['a', { shape: [3], data: new Float32Array(2) }]]), {})).toThrow(
      FolioError,
    );
  });
});

describe("files of the reference implementation (Python's safetensors 0.8.0)", () => {
  it('are read', () => {
    const { arrays, metadata } = decodeSafetensors(golden('python-f32.safetensors'));
    expect(arrays.get('gru/kernel')).toEqual({ shape: [2, 3], data: Float32Array.of(-0.5, -0.25, 0, 0.25, 0.5, 0.75) });
    expect(arrays.get('dense/bias')).toEqual({ shape: [3], data: Float32Array.of(1e-30, -3.5, 65504) });
    expect(arrays.get('scalar')).toEqual({ shape: [], data: Float32Array.of(7.25) });
    expect(arrays.get('empty')).toEqual({ shape: [0, 4], data: new Float32Array(0) });
    expect(JSON.parse(metadata.vocabulary ?? '')).toEqual(['\n', '"', 'é', '字', '😀']);
  });

  it('come out of the encoder byte for byte', () => {
    const bytes = golden('python-f32.safetensors');
    const { arrays, metadata } = decodeSafetensors(bytes);
    expect(Buffer.from(encodeSafetensors(arrays, metadata)).equals(bytes)).toBe(true);
  });

  it('may hold float64, float16 and bfloat16', () => {
    const { arrays } = decodeSafetensors(golden('python-types.safetensors'));
    expect(arrays.get('f64')).toEqual(arrays.get('f32'));
    expect(arrays.get('f16')).toEqual(arrays.get('f16 as f32'));
    expect(arrays.get('bf16')).toEqual(arrays.get('bf16 as f32'));
    expect(arrays.get('f64')?.data[4]).toBe(Math.fround(0.1));
  });

  it('with another type are refused by name', () => {
    expect(() => decodeSafetensors(golden('python-i64.safetensors'))).toThrow(/"ids" has the type "I64"/);
  });
});

describe('a hostile file', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['empty', new Uint8Array(0), /only 0 bytes/],
    ['shorter than its length field', new Uint8Array(7), /only 7 bytes/],
    ['a header over the limit', file('{}', 0, 100_000_001n), /does not begin as one/],
    ['a header of 2^64 - 1 bytes', file('{}', 0, 0xffff_ffff_ffff_ffffn), /does not begin as one/],
    ['cut off inside the header', file('{}', 0, 100n), /ends inside its header/],
    ['not JSON', file('{"a":'), /not JSON/],
    ['not UTF-8', Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x22, 0xff, 0x7d), /not JSON/],
    ['an array for a header', file('[]'), /not JSON/],
    ['deep nesting', file(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`), /describe the array "a"|not JSON/],
    ['metadata that is no object', file({ __metadata__: 'x' }), /not an object of strings/],
    ['metadata that is no string', file({ __metadata__: { a: 1 } }), /not an object of strings/],
    ['an entry without offsets', file({ a: { dtype: 'F32', shape: [1] } }, 4), /describe the array "a"/],
    ['a negative size', file({ a: f32(0, 4, [-1]) }, 4), /describe the array "a"/],
    ['a broken size', file({ a: f32(0, 4, [1.5]) }, 4), /describe the array "a"/],
    ['sizes that overflow', file({ a: f32(0, 4, [2 ** 52, 2 ** 52, 2 ** 52]) }, 4), /needs .* bytes but has 4/],
    ['an unknown type', file({ a: { dtype: 'toString', shape: [1], data_offsets: [0, 4] } }, 4), /type "toString"/],
    ['a shape that does not fit', file({ a: f32(0, 8, [3]) }, 8), /needs 12 bytes but has 8/],
    ['offsets backwards', file({ a: { dtype: 'F32', shape: [1], data_offsets: [4, 0] } }, 4), /but has -4/],
    ['offsets behind the end', file({ a: f32(0, 8) }, 4), /would end at byte 8 of 4/],
    ['offsets beyond integers', file({ a: f32(0, 1e300, [1]) }, 4), /describe the array "a"/],
    ['overlapping arrays', file({ a: f32(0, 8), b: f32(4, 12) }, 12), /"b" overlaps/],
    ['two arrays in one place', file({ a: f32(0, 8), b: f32(0, 8) }, 8), /overlaps/],
    ['a hole', file({ a: f32(0, 4), b: f32(8, 12) }, 12), /bytes 4 to 8 belong to no array/],
    ['bytes left over', file({ a: f32(0, 4) }, 5), /1 bytes at its end/],
    [
      'a name twice',
      file(
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
        8,
      ),
      /belong to no array/,
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes)).toThrow(FolioError);
    expect(() => decodeSafetensors(bytes)).toThrow(message);
  });

  it('is never met with anything but a FolioError, whatever was corrupted', () => {
    const bytes = golden('python-f32.safetensors');
    let refused = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        fc.nat(bytes.length),
        fc.boolean(),
        (changes, cut, isCut) => {
          const copy = new Uint8Array(bytes);
          for (const [position, value] of changes) copy[position] = value;
          try {
            decodeSafetensors(isCut ? copy.subarray(0, cut) : copy);
          } catch (error) {
            refused++;
            expect(error).toBeInstanceOf(FolioError);
          }
        },
      ),
      { seed: 2, numRuns: 2000 },
    );
    expect(refused).toBeGreaterThan(1000);
  });

  it('nor whatever its header says', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(64), (header, dataBytes) => {
        try {
          decodeSafetensors(file(header, dataBytes));
        } catch (error) {
          expect(error).toBeInstanceOf(FolioError);
        }
      }),
      { seed: 3, numRuns: 500 },
    );
  });
});
