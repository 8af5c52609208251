/**
 * Folio's side of generation: the tutorial preset's network writes text through the trainer's own writer, temperature 1,
 * sampling and decoding included. For bench/bench.ts.
 */
import { z } from 'zod';
import { initialWeights } from '../../src/main/model/initializers.ts';
import { createNetwork } from '../../src/main/model/network.ts';
import { TextWriter } from '../../src/main/model/text-writer.ts';
import { Vocabulary } from '../../src/main/model/vocabulary.ts';
import { networkShapeOf } from '../../src/main/model/weights.ts';
import { ENGINE_NAMES } from '../../src/shared/domain.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { oneOf, wholeNumber } from '../arguments.ts';
import { runBench } from '../usage.ts';
import { peakBytes } from './memory.ts';
import { openProven } from './open-proven.ts';

const VOCABULARY = 65;
const count = wholeNumber(1, 10_000_000);

const HELP = `  REPEATS       timed texts, or groups of texts
  CHARACTERS    of each text
  WARMUP        characters of the text before them that is not timed
  STREAMS       texts written together
  ENGINE        ${ENGINE_NAMES.join(', ')} (default tensorflow)

Prints one JSON line, as the peers' scripts do. Started by npm run bench.`;

const optionsSchema = z.strictObject({
  repeats: count,
  characters: count,
  warmup: count,
  streams: count,
  engine: oneOf(ENGINE_NAMES).default('tensorflow'),
});

async function main({ repeats, characters, warmup, streams, engine }: z.infer<typeof optionsSchema>): Promise<number> {
  const ops = await openProven(engine);
  const { config } = PRESETS.tutorial;
  const vocabulary = new Vocabulary(Array.from({ length: VOCABULARY }, (_, id) => String.fromCodePoint(0x21 + id)));
  const network = createNetwork(ops, networkShapeOf(config, vocabulary.size), { precision: 'float32', dropout: 0 });
  network.load(initialWeights(network.shape, config.seed));
  const writer = new TextWriter(ops, network, vocabulary);

  async function write(length: number, seed: number): Promise<void> {
    const settings = { temperature: 1, topK: 0, topP: 1, minP: 0, seed, length, stop: '' };
    const { texts } = await writer.write({ prompt: [0], settings, count: streams });
    if (texts.length !== streams || texts.some((text) => text.length !== length)) {
      throw new Error(
        `asked for ${streams} texts of ${length} characters, got ${texts.map((text) => text.length).join(', ')}`,
      );
    }
  }

  await write(warmup, 0);
  const charactersPerSecond: number[] = [];
  for (let repeat = 1; repeat <= repeats; repeat++) {
    const start = performance.now();
    await write(characters, repeat);
    charactersPerSecond.push((characters * streams) / ((performance.now() - start) / 1000));
  }
  const result = {
    variant: 'one character at a time',
    version: `Folio on ${ops.device}`,
    charactersPerSecond,
    peakBytes: peakBytes(),
  };
  network.close();
  ops.close();
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return 0;
}

await runBench(
  {
    command: 'npx node bench/folio/generate.ts',
    takes: 'REPEATS CHARACTERS WARMUP STREAMS [ENGINE]',
    help: HELP,
    positionals: ['repeats', 'characters', 'warmup', 'streams', 'engine'],
    schema: optionsSchema,
    speaksJson: true,
  },
  main,
);
