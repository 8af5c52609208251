import { describe, expect, it } from 'vitest';
import { Heap } from '../../../src/main/engine/wasm/heap.ts';
import type { SharedMemory } from '../../../src/main/engine/wasm/kernels.ts';
import fc from '../../property.ts';

const PAGE = 65_536;

/** A memory that counts its bytes and holds none. */
class Counted implements SharedMemory {
  buffer: SharedArrayBuffer;
  readonly #most: number;

  constructor(pages: number, most = 65_536) {
    this.#most = most;
    this.buffer = sized(pages * PAGE);
  }

  grow(pages: number): number {
    const before = this.buffer.byteLength / PAGE;
    if (before + pages > this.#most) throw new RangeError('no more');
    this.buffer = sized((before + pages) * PAGE);
    return before;
  }
}

const sized = (byteLength: number) => ({ byteLength }) as SharedArrayBuffer; // all that the heap asks for

describe('the heap', () => {
  it('gives places that do not overlap, on cache lines, and takes them back', () => {
    const step = fc.oneof(
      fc.record({ take: fc.integer({ min: 0, max: 3_000_000 }) }),
      fc.record({ giveBack: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const memory = new Counted(1);
        const heap = new Heap(memory);
        const taken: { offset: number; bytes: number }[] = [];
        for (const each of steps) {
          if ('take' in each) {
            const offset = heap.take(each.take);
            expect(offset % 64).toBe(0);
            expect(offset).toBeGreaterThan(0);
            expect(offset + each.take).toBeLessThan(memory.buffer.byteLength);
            for (const other of taken) {
              expect(offset >= other.offset + other.bytes || offset + each.take <= other.offset).toBe(true);
            }
            taken.push({ offset, bytes: Math.max(1, each.take) });
          } else if (taken.length > 0) {
            const [place] = taken.splice(each.giveBack % taken.length, 1);
            if (place) heap.giveBack(place.offset);
          }
        }
        for (const { offset } of taken) heap.giveBack(offset);
        expect(heap.used).toBe(0);
        // What is free has grown together again: all of it can be had in one piece, without growing.
        const before = memory.buffer.byteLength;
        heap.take(before - 64 - 256);
        expect(memory.buffer.byteLength).toBe(before);
      }),
    );
  });

  it('uses again what was given back', () => {
    const memory = new Counted(1024);
    const heap = new Heap(memory);
    for (let i = 0; i < 1000; i++) heap.giveBack(heap.take(1_000_000 + i));
    expect(memory.buffer.byteLength).toBe(1024 * PAGE);
  });

  it('says so when there is no more', () => {
    const heap = new Heap(new Counted(16, 300));
    heap.take(PAGE * 100);
    const error = { code: 'engine', message: expect.stringMatching(/uses 7 MB and needs 66 MB more/) as string };
    expect(() => heap.take(66e6)).toThrow(expect.objectContaining(error));
    expect(heap.take(PAGE * 50), 'it goes on').toBeGreaterThan(0);
  });

  it('refuses to take back what it did not give', () => {
    const heap = new Heap(new Counted(16));
    const place = heap.take(10);
    heap.giveBack(place);
    expect(() => heap.giveBack(place)).toThrow(/nothing was taken/);
  });
});
