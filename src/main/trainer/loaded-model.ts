import { z } from 'zod';
import type { EngineChoice, EngineName } from '../../shared/domain.ts';
import { FolioError } from '../../shared/errors.ts';
import type { TensorOps } from '../engine/tensor-ops.ts';
import { createNetwork, type Network } from '../model/network.ts';
import { decodeSafetensors } from '../model/safetensors.ts';
import { TextWriter } from '../model/text-writer.ts';
import { Vocabulary } from '../model/vocabulary.ts';
import { Control } from './control.ts';
import { evaluate } from './evaluation.ts';
import type { GenerateRequest, Send, ToTrainer } from './messages.ts';
import { chooseEngine, type ChosenEngine } from './choose.ts';
import { TextReceiver } from './text-receiver.ts';

/** Milliseconds between two looks at the messages that wait, and two pieces of streamed text. */
const BREATH_MS = 16;

/** Characters that one window of an evaluation reads: longer is a little faster and takes more memory. */
const EVALUATION_WINDOW = 256;

const configSchema = z.object({
  cell: z.enum(['gru', 'lstm']),
  layers: z.number().int(),
  embeddingSize: z.number().int(),
  units: z.number().int(),
});

type LoadRequest = Extract<ToTrainer, { type: 'load' }>;

/** Weights on an engine, to write and to measure with. The engine stays open until another is chosen. */
export class LoadedModel {
  readonly #send: Send;
  #engine: (ChosenEngine & { readonly choice: EngineChoice }) | null = null;
  #network: Network | null = null;
  #vocabulary: Vocabulary | null = null;
  /** Generations that were asked to end. */
  readonly #cancelled = new Set<number>();

  constructor(send: Send) {
    this.#send = send;
  }

  async load(request: LoadRequest): Promise<void> {
    const { ops, report, rejected } = await this.#open(request);
    const { arrays, metadata } = decodeSafetensors(request.weights);
    const vocabulary = new Vocabulary(request.vocabulary);
    const shape = { ...shapeOf(metadata), vocabularySize: vocabulary.size };
    this.#network?.close();
    this.#network = null;
    const network = createNetwork(ops, shape, { precision: 'float32', dropout: 0 });
    network.load(arrays);
    this.#network = network;
    this.#vocabulary = vocabulary;
    await this.#send({ type: 'loaded', report, rejected });
  }

  async #open({ engine: choice, leftOut = [] }: LoadRequest): Promise<ChosenEngine> {
    if (this.#engine !== null && this.#engine.choice !== choice) {
      this.#network?.close();
      this.#network = null;
      this.#engine.ops.close();
      this.#engine = null;
    }
    const opening = (engine: EngineName): Promise<void> => this.#send({ type: 'opening', engine });
    return (this.#engine ??= { ...(await chooseEngine(choice, { use: 'writing', leftOut, opening })), choice });
  }

  cancel(id: number): void {
    this.#cancelled.add(id);
  }

  async generate(request: GenerateRequest): Promise<void> {
    const { ops, network, vocabulary } = this.#loaded();
    const { id, settings, count } = request;
    const { ids: prompt } = vocabulary.encode(request.prompt, { unknown: 'refuse' });
    const waiting = new Map<number, string>();
    const flush = async (): Promise<void> => {
      for (const [stream, grown] of waiting) await this.#send({ type: 'text-grown', id, stream, text: grown });
      waiting.clear();
    };
    let last = performance.now();
    const proceed = (): boolean | Promise<boolean> => {
      if (performance.now() - last < BREATH_MS) return true;
      return flush()
        .then(() => Control.breathe())
        .then(() => {
          last = performance.now();
          return !this.#cancelled.has(id);
        });
    };
    const grown = (stream: number, text: string) => waiting.set(stream, (waiting.get(stream) ?? '') + text);
    const written = await new TextWriter(ops, network, vocabulary).write({ prompt, settings, count, grown, proceed });
    await flush();
    this.#cancelled.delete(id);
    await this.#send({ type: 'generated', id, ...written });
  }

  /** Takes the text that `evaluate` measures. */
  receiverFor(characters: number): TextReceiver {
    return new TextReceiver(this.#loaded().vocabulary, characters);
  }

  async evaluate(text: TextReceiver): Promise<void> {
    const { ops, network } = this.#loaded();
    const ids = await text.ids;
    let last = performance.now();
    const proceed = async (done: number, total: number): Promise<boolean> => {
      if (done === total || performance.now() - last > 100) {
        last = performance.now();
        await this.#send({ type: 'evaluate-progress', done, total });
      }
      await Control.breathe();
      return true;
    };
    const layout = { batchSize: 1, sequenceLength: EVALUATION_WINDOW }; // one lane: the text as one stream
    const range = { start: 0, end: ids.length };
    const result = await evaluate(ops, network, ids, range, layout, proceed);
    if (result === null) throw new FolioError('cancelled', 'the evaluation was cancelled');
    await this.#send({ type: 'evaluated', ...result });
  }

  #loaded(): { ops: TensorOps; network: Network; vocabulary: Vocabulary } {
    if (this.#engine === null || this.#network === null || this.#vocabulary === null) {
      throw new FolioError('internal', 'no weights are loaded');
    }
    return { ops: this.#engine.ops, network: this.#network, vocabulary: this.#vocabulary };
  }
}

/** The network's shape, from what the trainer (or an exchange file) wrote beside the weights. */
function shapeOf(metadata: Readonly<Record<string, string>>): z.infer<typeof configSchema> {
  try {
    return configSchema.parse(JSON.parse(metadata['config'] ?? ''));
  } catch (error) {
    throw new FolioError('damaged', 'the checkpoint does not say what network it belongs to', undefined, {
      cause: error,
    });
  }
}
