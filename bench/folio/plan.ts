/**
 * The plan of the preset `best` with float32 alone: planBest takes the faster precision, so mixed is hidden from it.
 *
 * usage: node plan.ts MINUTES ENGINE
 *
 * Prints one JSON line: the configuration, the reason in words, and the seconds that planning took.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Vocabulary } from '../../src/main/model/vocabulary.ts';
import { planBest } from '../../src/main/trainer/plan-best.ts';
import { ENGINE_NAMES } from '../../src/shared/domain.ts';
import { PRESETS } from '../../src/shared/presets.ts';
import { openProven } from './open-proven.ts';

const [minutes, engine] = z.tuple([z.coerce.number().positive(), z.enum(ENGINE_NAMES)]).parse(process.argv.slice(2));

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
