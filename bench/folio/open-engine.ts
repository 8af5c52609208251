/**
 * What a trainer process does before it can train: loads an engine, tests it, measures its speed. For bench/start.ts.
 *
 * usage: node open-engine.ts ENGINE
 *
 * Prints one JSON line of {modules, open, selfTest, speed}, in seconds; `modules` is from the process's start until the code is loaded.
 */
import { z } from 'zod';
import { openEngine } from '../../src/main/engine/open.ts';
import { measureSpeed } from '../../src/main/trainer/measure.ts';
import { proveLayers } from '../../src/main/trainer/prove-layers.ts';
import { selfTest } from '../../src/main/trainer/self-test.ts';
import { ENGINE_NAMES } from '../../src/shared/domain.ts';

const times = [0, performance.now()]; // the clock's zero is the process's start
const engine = z.enum(ENGINE_NAMES).parse(process.argv[2]);
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
