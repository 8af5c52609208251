/** Writes text with a network: reads the prompt, then draws one character after the other. */
import type { SampleSettings } from '../../shared/domain.ts';
import type { TensorOps } from '../engine/tensor-ops.ts';
import type { Network } from './network.ts';
import { PURPOSE, Random } from './random.ts';
import { Sampler } from './sampler.ts';
import { StreamNetwork } from './stream-network.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What is to be written. */
export interface WritingOrder {
  /** Ids of the prompt's characters, at least one. */
  readonly prompt: readonly number[];
  readonly settings: SampleSettings;
  /** Texts written side by side, from different random numbers. */
  readonly count: number;
  /** Called with what a stream has grown by. */
  readonly grown?: (stream: number, text: string) => void;
  /** Called after each character of every stream; a false answer ends the writing. Only promises are waited for. */
  readonly proceed?: () => boolean | Promise<boolean>;
}

/** What came of it. */
export interface Written {
  /** Without the prompt. */
  readonly texts: readonly string[];
  /** Characters of all streams a second, the prompt's reading not counted. */
  readonly charactersPerSecond: number;
  readonly cancelled: boolean;
}

/** One text as it grows. */
class Stream {
  readonly #sampler: Sampler;
  readonly #random: Random;
  readonly #vocabulary: Vocabulary;
  readonly #settings: SampleSettings;
  text = '';
  length = 0;
  /** The last character drawn, read next. */
  id = 0;

  constructor(vocabulary: Vocabulary, settings: SampleSettings, stream: number) {
    this.#vocabulary = vocabulary;
    this.#settings = settings;
    this.#sampler = new Sampler(settings, vocabulary.size);
    this.#random = new Random(settings.seed, PURPOSE.generate, stream);
  }

  get done(): boolean {
    const { stop, length } = this.#settings;
    return this.length >= length || (stop !== '' && this.text.endsWith(stop));
  }

  /** @param offset where this stream's logits begin */
  draw(logits: Float32Array, offset: number): string {
    this.id = this.#sampler.draw(logits, this.#random, offset);
    const character = this.#vocabulary.characters[this.id] ?? '';
    this.text += character;
    this.length++;
    return character;
  }
}

/** Keeps what can be reused between two texts of the same weights; they must not change while it is in use. */
export class TextWriter {
  readonly #ops: TensorOps;
  readonly #network: Network;
  readonly #vocabulary: Vocabulary;

  constructor(ops: TensorOps, network: Network, vocabulary: Vocabulary) {
    this.#ops = ops;
    this.#network = network;
    this.#vocabulary = vocabulary;
  }

  /**
   * The same order gives the same texts with the same weights on the same engine: stream s draws from the random numbers
   * named by the seed and s.
   */
  async write(order: WritingOrder): Promise<Written> {
    const { prompt, settings, count } = order;
    const size = this.#vocabulary.size;
    const network = new StreamNetwork(this.#ops, this.#network, count);
    try {
      const streams = Array.from({ length: count }, (_, stream) => new Stream(this.#vocabulary, settings, stream));
      let logits: Float32Array = new Float32Array(size * count);
      let cancelled = false;
      for (const id of prompt) {
        logits = await network.step(new Int32Array(count).fill(id)); // [count, V]
        cancelled = !(await proceed(order));
        if (cancelled) break;
      }
      const start = performance.now();
      while (!cancelled) {
        for (const [index, stream] of streams.entries()) {
          if (stream.done) continue; // its last character is read on, which the others do not see
          const character = stream.draw(logits, index * size); // drawn whether or not anybody listens
          order.grown?.(index, character);
        }
        if (streams.every((stream) => stream.done)) break;
        logits = await network.step(Int32Array.from(streams, (stream) => stream.id));
        cancelled = !(await proceed(order));
      }
      const seconds = (performance.now() - start) / 1000;
      const written = streams.reduce((sum, stream) => sum + stream.length, 0);
      const charactersPerSecond = seconds > 0 ? written / seconds : 0;
      return { texts: streams.map((stream) => stream.text), charactersPerSecond, cancelled };
    } finally {
      network.close();
    }
  }
}

function proceed(order: WritingOrder): boolean | Promise<boolean> {
  return order.proceed?.() ?? true;
}
