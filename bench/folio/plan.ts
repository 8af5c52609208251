/**
 * The plan of the preset `best` with float32 alone: planBest takes the faster precision, so mixed is hidden from it.
 * For bench/quality.ts.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Vocabulary } from '../../src/main/model/vocabulary.ts';
import { planBest } from '../../src/main/trainer/plan-best.ts';
import { ENGINE_NAMES } from '../../src/shared/domain.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { decimal, oneOf } from '../arguments.ts';
import { runBench } from '../usage.ts';
import { openProven } from './open-proven.ts';

const HELP = `  MINUTES    that the training may take
  ENGINE     ${ENGINE_NAMES.join(', ')}

Prints one JSON line: the configuration that the preset best plans in float32, the reason in words, and the seconds that planning
took. Started by bench/quality.ts.`;

const optionsSchema = z.strictObject({ minutes: decimal(0.05, 1000), engine: oneOf(ENGINE_NAMES) });

async function main({ minutes, engine }: z.infer<typeof optionsSchema>): Promise<number> {
  const ops = await openProven(engine);
  Object.defineProperty(ops, 'hasLowPrecision', { value: false });
  const corpus = join(import.meta.dirname, '../../resources/corpora/shakespeare.txt');
  const text = readFileSync(corpus, 'utf8');
  const vocabulary = Vocabulary.fromText(text);
  const ids = Uint8Array.from(vocabulary.encode(text, { unknown: 'refuse' }).ids);
  const start = performance.now();
  const { config, reason } = await planBest(ops, { ...PRESETS.best.config, minutes }, ids, vocabulary.size);
  const seconds = (performance.now() - start) / 1000;
  ops.close();
  process.stdout.write(`${JSON.stringify({ config, reason, seconds })}\n`);
  return 0;
}

await runBench(
  {
    command: 'npx node bench/folio/plan.ts',
    takes: 'MINUTES ENGINE',
    help: HELP,
    positionals: ['minutes', 'engine'],
    schema: optionsSchema,
    speaksJson: true,
  },
  main,
);
