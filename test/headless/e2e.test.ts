/** The real command with real processes, a real record and the wasm engine, on a network so small that it learns in seconds. */
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const BIN = resolve(import.meta.dirname, '../../bin/folio.js');
const TIMEOUT_MS = 120_000;
/** On a Node with this flag bin/folio.js thinks itself on an old one, and starts the command in another process. */
const AS_OLD_NODE = ['--no-experimental-strip-types'];
const TINY = 'units=8 embeddingSize=4 batchSize=8 sequenceLength=16 sampleLength=40 prompts=ab'.split(' ');
const SETTINGS = TINY.flatMap((pair) => ['--set', pair]);

const event = z.looseObject({ type: z.string(), run: z.number().optional(), step: z.number().optional() });
type Event = z.infer<typeof event>;
const runList = z.array(z.looseObject({ id: z.number(), name: z.string(), status: z.string(), step: z.number() }));
const generated = z.looseObject({ texts: z.array(z.string()), seed: z.number(), charactersPerSecond: z.number() });

let folder = '';
let text = '';

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Running {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** Resolves when its output is closed: by then every process that wrote to it has ended. */
  readonly ended: Promise<Ended>;
  /** Resolves with the first event of a kind on its stdout. */
  readonly first: (type: string) => Promise<Event>;
}

function start(argv: readonly string[], flags: readonly string[] = []): Running {
  const child = spawn(process.execPath, [...flags, BIN, ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, FOLIO_DATA: join(folder, 'data'), NO_COLOR: '1' },
  });
  let out = '';
  let err = '';
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    out += piece;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (err += piece));
  const ended = new Promise<Ended>((done) => child.on('close', (code) => done({ code, out, err })));
  const first = (type: string): Promise<Event> =>
    new Promise((done, fail) => {
      const look = (): void => {
        const line = out
          .split('\n')
          .find((candidate) => candidate.startsWith(`{"type":"${type}"`) && candidate.endsWith('}'));
        if (line !== undefined) done(event.parse(JSON.parse(line)));
      };
      waiting.add(look);
      look();
      void ended.then(({ code }) => fail(new Error(`ended with ${String(code)} before ${type}: ${err}`)));
    });
  return { child, ended, first };
}

const folio = (...argv: readonly string[]): Promise<Ended> => start(argv).ended;

/** The one JSON value that a command printed. */
async function json<T>(schema: z.ZodType<T>, ...argv: readonly string[]): Promise<T> {
  const { code, out, err } = await folio(...argv, '--json');
  expect(code, err).toBe(0);
  return schema.parse(JSON.parse(out));
}

function eventsIn(out: string): Event[] {
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => event.parse(JSON.parse(line)));
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'folio-e2e-'));
  text = join(folder, 'text.txt');
  writeFileSync(text, 'abba cab bad dad, a cabbage bed fed a deaf bee.\n'.repeat(250));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('from a text to its own text', { timeout: TIMEOUT_MS }, () => {
  it('trains and tells it in JSON lines', async () => {
    const { code, out, err } = await folio(
      ...[
        'train',
        '--preset',
        'quick',
        '--corpus',
        text,
        '--engine',
        'wasm',
        '--epochs',
        '2',
        '--name',
        'tiny',
        '--json',
      ],
      ...SETTINGS,
    );
    expect(code, err).toBe(0);
    const events = eventsIn(out);
    expect(new Set(events.map(({ run }) => run))).toEqual(new Set([1]));
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining([
        'created',
        'engine',
        'plan',
        'first-look',
        'step',
        'epoch',
        'sample',
        'checkpoint',
        'finished',
      ]),
    );
    expect(events[0]?.type).toBe('created');
    expect(events.at(-1)).toMatchObject({ type: 'finished', status: 'finished', error: null, epochs: 2 });
    const step = z.looseObject({
      epoch: z.number(),
      step: z.number(),
      loss: z.number(),
      milliseconds: z.number(),
      charactersPerSecond: z.number(),
    });
    const steps = events.filter(({ type }) => type === 'step').map((line) => step.parse(line));
    expect(steps.map(({ step: number }) => number)).toEqual(steps.map((_, index) => index + 1));
    expect(steps.at(-1)?.loss).toBeLessThan(steps[0]?.loss ?? 0);
  });

  it('lists and shows it', async () => {
    expect(await json(runList, 'runs')).toMatchObject([{ id: 1, name: 'tiny', status: 'finished' }]);
    const epoch = z.looseObject({
      epoch: z.number(),
      trainLoss: z.number(),
      validationLoss: z.number().nullable(),
      seconds: z.number(),
      charactersPerSecond: z.number(),
    });
    const shown = await json(z.looseObject({ epochs: z.array(epoch) }), 'show', 'tiny');
    expect(shown.epochs.map(({ epoch: number }) => number)).toEqual([1, 2]);
    const { code, out } = await folio('show', 'last');
    expect(code).toBe(0);
    expect(out).toContain('Checkpoints of epochs 1-2');
  });

  it('generates the same text from the same seed, and streams it plainly', async () => {
    const argv = ['generate', '1', '--prompt', 'cab', '--length', '60', '--engine', 'wasm', '--count', '2'];
    const once = await json(generated, ...argv, '--seed', '7');
    const again = await json(generated, ...argv, '--seed', '7');
    const other = await json(generated, ...argv, '--seed', '8');
    expect(again.texts).toEqual(once.texts);
    expect(other.texts).not.toEqual(once.texts);
    expect(once.texts.map((written) => written.length)).toEqual([63, 63]);
    const plain = await folio('generate', '1', '--prompt', 'cab', '--length', '60', '--engine', 'wasm', '--seed', '7');
    expect(plain.code).toBe(0);
    expect(plain.out.trimEnd()).toBe((once.texts[0] ?? '').trimEnd());
  });

  it('names the characters of a prompt that it does not know', async () => {
    const { code, out, err } = await folio('generate', '1', '--prompt', 'Zé', '--engine', 'wasm');
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('é (U+00E9)');
    const dropped = await json(
      generated,
      'generate',
      '1',
      '--prompt',
      'Zab',
      '--unknown',
      'drop',
      '--length',
      '5',
      '--engine',
      'wasm',
    );
    expect(dropped.texts[0]).toMatch(/^ab/);
  });

  it('evaluates, exports, imports, and the import writes the same', async () => {
    const loss = z.object({ nats: z.number(), bits: z.number(), perplexity: z.number(), characters: z.number() });
    const measured = await json(loss, 'evaluate', '1', '--text', text, '--engine', 'wasm');
    expect(measured.perplexity).toBeCloseTo(Math.exp(measured.nats), 6);
    expect(measured.bits).toBeCloseTo(measured.nats / Math.LN2, 6);

    const file = join(folder, 'tiny.safetensors');
    const { bytes } = await json(z.looseObject({ bytes: z.number() }), 'export', '1', '--out', file);
    expect(readFileSync(file).byteLength).toBe(bytes);
    const { run: imported } = await json(z.object({ run: z.number() }), 'import', file, '--name', 'from a file');
    const argv = ['--prompt', 'cab', '--length', '60', '--seed', '7', '--engine', 'wasm'];
    const here = await json(generated, 'generate', '1', ...argv);
    const there = await json(generated, 'generate', String(imported), ...argv);
    expect(there.texts).toEqual(here.texts);
  });

  it('refuses to resume what is finished', async () => {
    const { code, err } = await folio('resume', '1', '--no-install');
    expect(code).toBeGreaterThan(0);
    expect(err).toMatch(/^error: run 1 is finished/);
  });

  it('deletes', async () => {
    const { bytesFreed } = await json(
      z.object({ run: z.number(), bytesFreed: z.number() }),
      'delete',
      'from a file',
      '--yes',
    );
    expect(bytesFreed).toBeGreaterThan(0);
    expect((await json(runList, 'runs')).map(({ name }) => name)).toEqual(['tiny']);
  });
});

describe('interrupted', { timeout: TIMEOUT_MS }, () => {
  /** So many epochs that it will not end by itself. */
  const long = (name: string): string[] => [
    ...[
      'train',
      '--preset',
      'quick',
      '--corpus',
      text,
      '--engine',
      'wasm',
      '--epochs',
      '10000',
      '--name',
      name,
      '--json',
    ],
    ...[...SETTINGS, '--set', 'sampleEvery=0'],
  ];
  const stateOf = async (name: string): Promise<z.infer<typeof runList>[number] | undefined> =>
    (await json(runList, 'runs')).find((run) => run.name === name);

  it('by Ctrl-C it saves, leaves with 130 and resumes where it was', async () => {
    const training = start(long('ctrl-c'));
    await training.first('step');
    training.child.kill('SIGINT');
    training.child.kill('SIGINT'); // a terminal and npm both deliver the same Ctrl-C
    const { code, out } = await training.ended;
    expect(code).toBe(130);
    const last = eventsIn(out).at(-1);
    expect(last).toMatchObject({ type: 'finished', status: 'stopped', error: null });
    const stopped = await stateOf('ctrl-c');
    expect(stopped?.status).toBe('stopped');

    const resumed = start(['resume', 'ctrl-c', '--engine', 'wasm', '--json']);
    const { step } = await resumed.first('step');
    expect(step).toBe(z.number().parse(last?.['steps']) + 1);
    resumed.child.kill('SIGTERM');
    expect((await resumed.ended).code).toBe(130);
    expect((await stateOf('ctrl-c'))?.status).toBe('stopped');
  });

  it('by a reader that leaves it saves as well', async () => {
    const training = start(long('reader'));
    await training.first('step');
    training.child.stdout.destroy();
    expect((await training.ended).code).toBe(130);
    expect((await stateOf('reader'))?.status).toBe('stopped');
  });

  it('through an old Node, signals and exit codes pass', async () => {
    expect((await start(['--version'], AS_OLD_NODE).ended).out).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await start(['runs', '--jsn'], AS_OLD_NODE).ended).code).toBe(2);
    const training = start(long('wrapped'), AS_OLD_NODE);
    await training.first('step');
    training.child.kill('SIGINT');
    expect((await training.ended).code).toBe(130);
    expect((await stateOf('wrapped'))?.status).toBe('stopped');
  });

  it('through an old Node that is killed, it saves and leaves', async () => {
    const training = start(long('orphan'), AS_OLD_NODE);
    await training.first('step');
    training.child.kill('SIGKILL');
    await training.ended;
    expect((await stateOf('orphan'))?.status).toBe('stopped');
  });
});

describe('startup', { timeout: TIMEOUT_MS }, () => {
  it('of what needs no engine costs less than half a second of processor time', async () => {
    for (const argv of [['--help'], ['runs'], ['show', 'last']]) {
      await folio(...argv); // fills the compile cache
      const script = `process.on('exit', () => { const { user, system } = process.cpuUsage(); process.stderr.write('cpu ' + (user + system)); });
        process.argv.splice(1, 0, ${JSON.stringify(BIN)}); await import(${JSON.stringify(BIN)});`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', script, '--', ...argv], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, FOLIO_DATA: join(folder, 'data') },
      });
      let err = '';
      child.stderr.setEncoding('utf8').on('data', (piece: string) => (err += piece));
      await new Promise((done) => child.on('close', done));
      const microseconds = Number(/cpu (\d+)/.exec(err)?.[1]);
      expect(microseconds / 1e6, argv.join(' ')).toBeLessThan(0.5);
    }
  });
});
