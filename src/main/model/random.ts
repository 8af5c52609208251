/**
 * Random numbers that depend on nothing but their names. A generator is made from a seed and a path of numbers (purpose, epoch,
 * step, ...), so the same place in a run draws the same numbers whether or not the run was ever interrupted: no generator
 * state is stored anywhere.
 *
 * The generator is xoshiro128** (Blackman & Vigna 2018), seeded by the finalizer of MurmurHash3 over the path.
 */

/** What a stream of random numbers is for: the first number of its path. */
export const PURPOSE = { weights: 1, order: 2, dropout: 3, sample: 4, generate: 5 } as const;

function mix(hash: number, value: number): number {
  let h = (hash ^ value) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return ((h ^ (h >>> 16)) + 0x9e37_79b9) >>> 0;
}

/** Two unsigned 32-bit numbers that name a place in a run, for engines that draw their own random numbers. */
export function seedPair(seed: number, ...path: readonly number[]): [number, number] {
  const random = new Random(seed, ...path);
  return [random.uint32(), random.uint32()];
}

/** The random numbers of one place in a run. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed: number, ...path: readonly number[]) {
    let hash = mix(0x2545_f491, seed >>> 0);
    for (const part of path) hash = mix(hash, part >>> 0);
    this.#a = hash = mix(hash, 1);
    this.#b = hash = mix(hash, 2);
    this.#c = hash = mix(hash, 3);
    this.#d = mix(hash, 4) | 1; // the state must not be all zeros
  }

  /** Uniform in [0, 2^32). */
  uint32(): number {
    const rotated = Math.imul(this.#b, 5);
    const result = Math.imul((rotated << 7) | (rotated >>> 25), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** Uniform in [0, 1), with 53 random bits. */
  float(): number {
    return ((this.uint32() >>> 5) * 0x400_0000 + (this.uint32() >>> 6)) / 0x20_0000_0000_0000;
  }

  /** Uniform integer in [0, bound), without bias. */
  below(bound: number): number {
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % bound);
    let value = this.uint32();
    while (value >= limit) value = this.uint32();
    return value % bound;
  }

  /** The numbers 0 .. n-1 in random order (Fisher & Yates). */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = order[i] as number; // i and j are below n
      order[i] = order[j] as number;
      order[j] = held;
    }
    return order;
  }
}
