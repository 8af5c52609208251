/**
 * What a trainer process does before it can train: loads an engine, tests it, measures its speed. For bench/start.ts.
 */
import { z } from 'zod';
import { openEngine } from '../../src/main/engine/open.ts';
import { measureSpeed } from '../../src/main/trainer/measure.ts';
import { proveLayers } from '../../src/main/trainer/prove-layers.ts';
import { selfTest } from '../../src/main/trainer/self-test.ts';
import { ENGINE_NAMES } from '../../src/shared/domain.ts';
import { oneOf } from '../arguments.ts';
import { runBench } from '../usage.ts';

const times = [0, performance.now()]; // the clock's zero is the process's start

const HELP = `  ENGINE    ${ENGINE_NAMES.join(', ')}

Prints one JSON line of {modules, open, selfTest, speed}, in seconds; "modules" is from the process's start until the code is loaded.
Started by bench/start.ts.`;

const optionsSchema = z.strictObject({ engine: oneOf(ENGINE_NAMES) });

async function main({ engine }: z.infer<typeof optionsSchema>): Promise<number> {
  const ops = await openEngine(engine, 'named');
  times.push(performance.now());
  await proveLayers(ops);
  await selfTest(ops);
  times.push(performance.now());
  await measureSpeed(ops, 'training');
  times.push(performance.now());
  ops.close();
  const [modules, open, selfTested, speed] = times.slice(1).map((time, i) => (time - (times[i] ?? 0)) / 1000);
  process.stdout.write(`${JSON.stringify({ modules, open, selfTest: selfTested, speed })}\n`);
  return 0;
}

await runBench(
  {
    command: 'npx node bench/folio/open-engine.ts',
    takes: 'ENGINE',
    help: HELP,
    positionals: ['engine'],
    schema: optionsSchema,
    speaksJson: true,
  },
  main,
);
