/**
 * npx node bench/scaling.ts [--only NAME]... [--corpus-gb 1] [--steps 5] [--rounds 2] [--engine NAME] [--out FILE] [--json]
 *
 * Varies batch, sequence length, units, layers, vocabulary and the corpus one at a time around a base, measures what a training step
 * (of the corpus: the way to it, and memory) costs, and puts it beside the work. Everything runs in processes of its own; the best of
 * all rounds counts, because other work on the machine only slows.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Table from 'cli-table3';
import { z } from 'zod';
import { ENGINE_NAMES } from '../src/shared/domain.ts';
import { decimal, oneOf, text, wholeNumber } from './arguments.ts';
import { measure } from './contender-process.ts';
import { type CorpusCost, measureCorpora } from './corpus-cost.ts';
import { corpusTable, isSuperLinear, keepsMemory, memoryInWords } from './corpus-report.ts';
import { counted } from './counted.ts';
import { drawLines, type LinePanel } from './line-chart.ts';
import { prepareEngine } from './prepare-engine.ts';
import { machine } from './report.ts';
import { bestOf } from './statistics.ts';
import { endWith, runBench } from './usage.ts';
import { type Cost, growth, growthInWords, type Sizes, SUPER_LINEAR_FROM, workOf } from './work.ts';

const BASE: Sizes = { units: 512, layers: 1, embeddingSize: 128, vocabulary: 65, batchSize: 32, sequenceLength: 64 };

/** Ascending; the base is among them where it can be. */
const VARIED = {
  batchSize: [8, 16, 32, 64, 128, 256],
  sequenceLength: [16, 32, 64, 128, 256, 512],
  units: [128, 256, 512, 1024, 2048],
  layers: [1, 2, 3, 4],
  vocabulary: [65, 256, 1000, 4000, 16000],
} as const satisfies Partial<Record<keyof Sizes, readonly number[]>>;
type Varied = keyof typeof VARIED;

const NAMES = [...(Object.keys(VARIED) as Varied[]), 'corpus'] as const;

const HELP = `  --only NAME      ${NAMES.join(', ')}; may be given several times
  --corpus-gb N    the largest corpus, in 10^9 characters, from 0.002 (default 1; it needs twice that on the disk for temporary files)
  --steps N        timed steps a process (default 5)
  --rounds N       how often each size is measured (default 2)
  --engine NAME    Folio's engine (default tensorflow)
  --out FILE       the picture (default docs/scaling.svg; written when nothing is left out by --only, or where it is given)
  --json           the result as one JSON object on standard output

Exit code 1 when a cost grows faster than the work, or when a corpus takes more memory than was promised.`;

const count = wholeNumber(1, 1000);
const optionsSchema = z.strictObject({
  only: z.array(oneOf(NAMES)).optional(),
  'corpus-gb': decimal(0.002, 10),
  steps: count,
  rounds: count,
  engine: oneOf(ENGINE_NAMES),
  out: text('the name of a file').optional(),
  json: z.boolean(),
});
type Options = z.infer<typeof optionsSchema>;

interface StepCost extends Cost {
  readonly value: number;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Milliseconds of a step for each value; the rounds go through all values in turns. */
async function measureSteps(varied: Varied, { steps, rounds, engine }: Options): Promise<StepCost[]> {
  const best = new Map<number, number>();
  for (let round = 1; round <= rounds; round++) {
    for (const value of VARIED[varied]) {
      const args = [JSON.stringify({ ...BASE, [varied]: value }), String(steps), '2', engine];
      const script = join(import.meta.dirname, 'folio/sized-step.ts');
      const { values } = await measure(process.execPath, { name: varied, script, args });
      best.set(value, Math.min(best.get(value) ?? Infinity, bestOf(values, 'lower')));
    }
    say(`${varied}, round ${round}: ${[...best].map(([value, ms]) => `${value} ${ms.toFixed(0)} ms`).join(', ')}`);
  }
  return [...best].map(([value, cost]) => ({ value, cost, work: workOf({ ...BASE, [varied]: value }) }));
}

const UNITS: Readonly<Record<Varied, string>> = {
  batchSize: 'batch, sequences',
  sequenceLength: 'sequence length, characters',
  units: 'units a layer',
  layers: 'layers',
  vocabulary: 'distinct characters',
};

/** The line on which cost is proportional to work, through the middle one of the measured points. */
function proportional(costs: readonly Cost[]): LinePanel['curves'][number] {
  const middle = costs[Math.floor(costs.length / 2)] ?? { work: 1, cost: 1 };
  return {
    name: 'proportional',
    dashed: true,
    points: costs.map(({ work }) => ({ x: work, y: (middle.cost * work) / middle.work })),
  };
}

const inPicture = (costs: readonly Cost[], name: string): LinePanel['curves'] => [
  { name, points: costs.map(({ work, cost }) => ({ x: work, y: cost })) },
  proportional(costs),
];

function stepPanel(varied: Varied, costs: readonly StepCost[]): LinePanel {
  return {
    title: `${UNITS[varied]}: ${costs[0]?.value} to ${costs.at(-1)?.value}`,
    x: { label: 'work of a step, floating-point operations', logarithmic: true },
    y: { label: 'milliseconds a step', logarithmic: true },
    legend: 'below',
    curves: inPicture(costs, 'measured'),
  };
}

function corpusPanel(corpora: readonly CorpusCost[]): LinePanel {
  return {
    title: 'corpus: from the command to the first step',
    x: { label: 'characters', logarithmic: true },
    y: { label: 'seconds', logarithmic: true },
    legend: 'below',
    curves: inPicture(
      corpora.map(({ characters, seconds }) => ({ work: characters, cost: seconds })),
      'measured',
    ),
  };
}

function stepTable(varied: Varied, costs: readonly StepCost[]): string {
  const table = new Table({ head: [UNITS[varied], 'ms a step', 'GFLOP', 'GFLOP/s'], style: { head: [], border: [] } });
  for (const { value, cost, work } of costs)
    table.push([String(value), cost.toFixed(1), (work / 1e9).toFixed(1), (work / cost / 1e6).toFixed(0)]);
  return `${table.toString()}\n${varied}: cost grows as ${growthInWords(costs)}`;
}

async function main(options: Options): Promise<number> {
  if (options.engine === 'tensorflow') prepareEngine();
  const wanted = (name: (typeof NAMES)[number]): boolean => options.only?.includes(name) ?? true;
  const steps: { varied: Varied; costs: StepCost[] }[] = [];
  for (const varied of Object.keys(VARIED) as Varied[]) {
    if (wanted(varied)) steps.push({ varied, costs: await measureSteps(varied, options) });
  }
  const corpora = wanted('corpus') ? await measureCorpora(options['corpus-gb'] * 1e9, options.engine, say) : [];
  const superLinear = [
    ...steps.filter(({ costs }) => growth(costs) > SUPER_LINEAR_FROM).map(({ varied }) => varied),
    ...(corpora.length > 0 && isSuperLinear(corpora) ? ['corpus'] : []),
  ];
  const broken = [
    ...superLinear.map((name) => `${name}: its cost grows faster than the work`),
    ...(keepsMemory(corpora) ? [] : [memoryInWords(corpora)]),
  ];
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ machine: machine(), base: BASE, steps, corpora, superLinear })}\n`);
  } else {
    for (const { varied, costs } of steps) console.log(`${stepTable(varied, costs)}\n`);
    if (corpora.length > 0) console.log(`${corpusTable(corpora)}\n`);
    const base = `base: ${JSON.stringify(BASE)}; float32; best of ${counted(options.rounds, 'round')} of ${counted(options.steps, 'step')}`;
    console.log(`${machine()}; ${options.engine}${steps.length > 0 ? `; ${base}` : ''}.`);
  }
  const file = options.out ?? (options.only === undefined ? join(import.meta.dirname, '../docs/scaling.svg') : null);
  if (file === null) return endWith(broken, say);
  const panels = [
    ...steps.map(({ varied, costs }) => stepPanel(varied, costs)),
    ...(corpora.length > 0 ? [corpusPanel(corpora)] : []),
  ];
  writeFileSync(file, drawLines({ title: 'Cost against work, one size varied at a time', panels, columns: 2 }));
  return endWith(broken, say);
}

await runBench(
  {
    command: 'npx node bench/scaling.ts',
    help: HELP,
    options: {
      only: { type: 'string', multiple: true },
      'corpus-gb': { type: 'string', default: '1' },
      steps: { type: 'string', default: '5' },
      rounds: { type: 'string', default: '2' },
      engine: { type: 'string', default: 'tensorflow' },
      out: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
    schema: optionsSchema,
  },
  main,
);
