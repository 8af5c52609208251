/** The command line run in this process: streams that are kept, signals that a test sends, and an app without engines. */
import type { AppOptions, FolioApp } from '../../src/main/app.ts';
import { runCli } from '../../src/main/headless/cli.ts';
import type { Interrupt, Io } from '../../src/main/headless/io.ts';
import { createRunService } from '../../src/main/services/runs.ts';
import type { StartTraining, TrainingHandle } from '../../src/main/services/types.ts';
import type { CorpusInfo, EngineReport, EpochRecord, RunDetail, Sample } from '../../src/shared/domain.ts';
import { FolioError } from '../../src/shared/errors.ts';
import type { TrainingEvent } from '../../src/shared/events.ts';
import { PRESETS } from '../../src/shared/presets.ts';

type Deep<T> = { -readonly [K in keyof T]: T[K] };
type Finished = Extract<TrainingEvent, { type: 'finished' }>;

export const VOCABULARY = Array.from('\n ,.:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');

export const CORPUS: CorpusInfo = {
  id: 1,
  name: 'Shakespeare',
  sha256: '86c4',
  characters: 1_115_394,
  encoding: 'UTF-8',
  vocabularySize: 65,
  storedBytes: 500_000,
  createdAt: 0,
};

export function engineReport(change: Partial<EngineReport> = {}): EngineReport {
  return {
    engine: 'wasm',
    device: 'CPU, 1 thread',
    available: true,
    reason: 'it is always there',
    selfTest: 'passed',
    gflops: 30,
    mixedPays: false,
    details: { version: '4.22.0' },
    ...change,
  };
}

export function epochRecord(change: Partial<EpochRecord> = {}): EpochRecord {
  return {
    epoch: 1,
    steps: 172,
    complete: true,
    trainLoss: 2.5051,
    validationLoss: null,
    seconds: 150,
    charactersPerSecond: 7339,
    learningRate: 0.001,
    ...change,
  };
}

export function sample(change: Partial<Sample> = {}): Sample {
  return {
    id: 1,
    runId: 1,
    epoch: 1,
    prompt: 'ROMEO: ',
    text: 'What light is this',
    settings: { temperature: 0.5, topK: 0, topP: 1, minP: 0, seed: 7, length: 18, stop: '' },
    stream: 0,
    streams: 1,
    origin: 'training',
    engine: 'wasm',
    appVersion: '0.1.0',
    createdAt: 0,
    ...change,
  };
}

export function run(change: Partial<RunDetail> = {}): RunDetail {
  return {
    id: 1,
    name: 'tutorial on Shakespeare',
    status: 'finished',
    statusReason: '',
    preset: 'tutorial',
    corpus: 'Shakespeare',
    engine: 'wasm',
    device: 'CPU, 1 thread',
    epoch: 1,
    step: 172,
    trainLoss: 2.5051,
    validationLoss: null,
    bestEpoch: 1,
    createdAt: Date.UTC(2026, 0, 2, 12),
    updatedAt: Date.UTC(2026, 0, 2, 13),
    archivedAt: null,
    activeSeconds: 150,
    storedBytes: 16_086_276,
    notes: '',
    tags: [],
    config: { ...PRESETS.tutorial.config, epochs: 1 },
    corpusId: 1,
    keepEvery: null,
    vocabulary: VOCABULARY,
    epochs: [epochRecord()],
    checkpoints: [
      {
        id: 1,
        kind: 'epoch',
        epoch: 1,
        step: 172,
        trainLoss: 2.5051,
        validationLoss: null,
        bytes: 16_086_276,
        resumable: true,
        createdAt: 0,
      },
    ],
    samples: [sample()],
    ...change,
  };
}

/** What a training tells when all is well: two steps, one epoch, one sample. */
export function trainingEvents(runId = 1, config = PRESETS.tutorial.config): TrainingEvent[] {
  const step = {
    run: runId,
    type: 'step',
    gradientNorm: null,
    learningRate: 0.001,
    milliseconds: 870,
    charactersPerSecond: 7356,
  } as const;
  return [
    { run: runId, type: 'created', name: 'tutorial on Shakespeare' },
    {
      run: runId,
      type: 'engine',
      report: engineReport(),
      rejected: [engineReport({ engine: 'webgpu', available: false, reason: 'No adapter.' })],
    },
    {
      run: runId,
      type: 'plan',
      config,
      stepsPerEpoch: 172,
      totalSteps: 172 * config.epochs,
      trainingCharacters: 1_115_394,
      validationCharacters: 0,
      reason: null,
    },
    {
      run: runId,
      type: 'first-look',
      inputShape: [64, 100],
      logitsShape: [64, 100, 65],
      loss: 4.1751,
      uniformLoss: Math.log(65),
      input: 'First Citizen:\nBefore',
      target: 'irst Citizen:\nBefore ',
      prediction: 'xQ;\u001b[2Jz',
    },
    { run: runId, type: 'phase', phase: 'training' },
    { ...step, epoch: 1, step: 1, stepInEpoch: 1, loss: 4.17, secondsLeft: null },
    { ...step, epoch: 1, step: 2, stepInEpoch: 2, loss: 4.01, secondsLeft: 149 },
    { run: runId, type: 'phase', phase: 'sampling' },
    { run: runId, type: 'epoch', step: 172, bytesFreed: 0, ...epochRecord() },
    { run: runId, type: 'sample', ...sample({ runId }) },
    { run: runId, type: 'checkpoint', kind: 'epoch', epoch: 1, step: 172, bytes: 48_000_000, bytesFreed: 0 },
  ];
}

export function finished(change: Partial<Finished> = {}): Finished {
  return {
    run: 1,
    type: 'finished',
    status: 'finished',
    reason: '',
    epochs: 1,
    steps: 172,
    seconds: 150,
    error: null,
    ...change,
  };
}

/** What a test can change of the app, and what it can look at afterwards. */
export interface FakeApp {
  readonly app: FolioApp;
  readonly runs: RunDetail[];
  readonly started: StartTraining[];
  readonly resumed: number[];
  /** `keepEvery` of each resume. */
  readonly resumedKeeping: (number | undefined)[];
  readonly deleted: number[];
  readonly stops: number[];
  readonly installs: string[];
  readonly closed: number[];
  /** In which the commands opened it. */
  readonly modes: AppOptions['mode'][];
  /** Engines as `probe` reports them. */
  reports: EngineReport[];
  installError: FolioError | null;
  /** Plays a training; must call `end`. By default it tells everything and finishes. */
  play: (tell: (event: TrainingEvent) => void, end: (event: Finished) => void) => void;
  /** Called when the training is told to stop. */
  onStop: (end: (event: Finished) => void) => void;
  texts: string[];
  notStored: string | null;
  /** Characters that an evaluation leaves out. */
  dropped: string[];
  /** Of the text's characters. */
  counts: ReadonlyMap<string, number>;
  problems: string[];
}

export function fakeApp(runs: RunDetail[] = [run()]): FakeApp {
  const fake: Deep<Omit<FakeApp, 'app'>> = {
    runs,
    started: [],
    resumed: [],
    resumedKeeping: [],
    deleted: [],
    stops: [],
    installs: [],
    closed: [],
    modes: [],
    reports: [engineReport({ engine: 'tensorflow', gflops: 190, device: 'CPU, 2 threads' }), engineReport()],
    installError: null,
    play: (tell, end) => {
      for (const event of trainingEvents()) tell(event);
      end(finished());
    },
    onStop: (end) => end(finished({ status: 'stopped', epochs: 0, steps: 2, seconds: 2 })),
    texts: ['What light is this'],
    notStored: null,
    dropped: [],
    counts: new Map(VOCABULARY.map((character) => [character, 1000])),
    problems: [],
  };
  const handleOf = (runId: number, listener: (event: TrainingEvent) => void): TrainingHandle => {
    const { promise, resolve } = Promise.withResolvers<Finished>();
    const end = (event: Finished): void => {
      listener(event);
      resolve(event);
    };
    fake.play(listener, end);
    return {
      runId,
      pause: () => undefined,
      continue: () => undefined,
      stop: () => {
        fake.stops.push(runId);
        fake.onStop(end);
      },
      done: promise,
    };
  };
  const corpora: FolioApp['corpora'] = {
    builtin: () => Promise.resolve(CORPUS),
    add: (file) =>
      file.includes('missing')
        ? Promise.reject(new FolioError('file', `${file} cannot be read: there is no such file`, 'Check the path.'))
        : Promise.resolve({ ...CORPUS, name: file, characters: file.includes('tiny') ? 100 : CORPUS.characters }),
    list: () => [CORPUS],
    counts: () => fake.counts,
  };
  const training: FolioApp['training'] = {
    start: (request, listener) => {
      fake.started.push(request);
      return Promise.resolve(handleOf(1, listener));
    },
    resume: (runId, _engine, listener, keepEvery) => {
      fake.resumed.push(runId);
      fake.resumedKeeping.push(keepEvery);
      return Promise.resolve(handleOf(runId, listener));
    },
  };
  const generation: FolioApp['generation'] = {
    generate: ({ prompt, settings, count }, grown, signal) => {
      if (prompt.includes('é'))
        return Promise.reject(new FolioError('prompt', 'é is not in the vocabulary', 'Use --unknown drop.'));
      for (let stream = count - 1; stream >= 0; stream--) for (const piece of fake.texts) grown(stream, piece);
      const text = fake.texts.join('');
      const samples = Array.from({ length: count }, (_, stream) =>
        sample({ prompt, text, settings, stream, origin: 'generate' }),
      );
      const report = engineReport();
      return Promise.resolve({
        samples,
        notStored: fake.notStored,
        charactersPerSecond: 2800,
        report,
        rejected: [],
        dropped: [],
        cancelled: signal.aborted,
      });
    },
    evaluate: (_options, progress) => {
      progress(1000, 1000);
      return Promise.resolve({ nats: Math.LN2, bits: 1, perplexity: 2, characters: 1000, dropped: fake.dropped });
    },
    close: () => undefined,
  };
  const engines: FolioApp['engines'] = {
    probe: (names) =>
      Promise.resolve(fake.reports.filter(({ engine }) => names === undefined || names.includes(engine))),
    install: (build, progress) => {
      fake.installs.push(build);
      progress({ type: 'install-progress', phase: 'download', done: 137, total: 274 });
      return fake.installError === null ? Promise.resolve({ version: '2.21.0' }) : Promise.reject(fake.installError);
    },
  };
  const exchange: FolioApp['exchange'] = {
    exportWeights: () => Promise.resolve(16_086_276),
    importWeights: () => Promise.resolve(9),
  };
  // Of the store only what the commands use is there; test/headless/e2e.test.ts runs them on the real one.
  const store = fakeStore(fake) as unknown as FolioApp['store'];
  const app: FolioApp = {
    version: '0.1.0',
    dataDir: '/data',
    store,
    runs: createRunService(store),
    corpora,
    training,
    generation,
    engines,
    exchange,
    close: () => {
      fake.closed.push(1);
    },
  };
  return Object.assign(fake, { app });
}

type FakeStore = Pick<
  FolioApp['store'],
  | 'path'
  | 'readOnly'
  | 'listRuns'
  | 'run'
  | 'corpus'
  | 'corpusChunks'
  | 'deleteRun'
  | 'check'
  | 'setting'
  | 'setSetting'
>;

function fakeStore(fake: Pick<FakeApp, 'runs' | 'deleted' | 'problems'>): FakeStore {
  const settings = new Map<string, string>();
  return {
    setting: (key) => settings.get(key) ?? null,
    setSetting: (key, value) => void settings.set(key, value),
    path: '/data/folio.db',
    readOnly: false,
    listRuns: () => fake.runs.toSorted((a, b) => b.id - a.id),
    run: (id) => {
      const found = fake.runs.find((candidate) => candidate.id === id);
      if (found === undefined) throw new FolioError('not-found', `there is no run ${id}`);
      return found;
    },
    corpus: () => ({ ...CORPUS, vocabulary: VOCABULARY }),
    corpusChunks: () => [new TextEncoder().encode('First Citizen:\nBefore we proceed')],
    deleteRun: (id) => {
      fake.deleted.push(id);
      return 16_086_276;
    },
    check: () => fake.problems,
  };
}

export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** stdout as JSON values, one a line. */
  readonly json: () => unknown[];
}

export interface CliOptions {
  readonly fake?: FakeApp;
  readonly columns?: number;
  readonly tty?: boolean;
  readonly env?: Record<string, string>;
  readonly answer?: string;
  /** Is given the way to interrupt, once somebody listens. */
  readonly onListening?: (interrupt: (cause: Interrupt) => void) => void;
  readonly openError?: Error;
}

/** Runs one command line. A forced exit (a second Ctrl-C) is thrown as 'exit CODE'. */
export async function folio(argv: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  let out = '';
  let err = '';
  const stream = (write: (text: string) => void): Io['out'] & Record<'once' | 'on' | 'emit', () => void> => ({
    write: (text) => {
      write(text);
      return true;
    },
    isTTY: options.tty === true,
    columns: options.columns,
    once: () => undefined, // cli-progress wants a whole stream
    on: () => undefined,
    emit: () => undefined,
  });
  const io: Io = {
    out: stream((text) => (out += text)),
    err: stream((text) => (err += text)),
    env: options.env ?? {},
    interactive: options.answer !== undefined,
    ask: (question) => {
      err += question;
      return Promise.resolve(options.answer ?? '');
    },
    onInterrupt: (listener) => {
      options.onListening?.(listener);
      return () => undefined;
    },
    exit: (code) => {
      throw new Error(`exit ${code}`);
    },
  };
  const fake = options.fake ?? fakeApp();
  const code = await runCli(argv, io, (_dataDir, mode) => {
    fake.modes.push(mode);
    return options.openError === undefined ? Promise.resolve(fake.app) : Promise.reject(options.openError);
  });
  return {
    code,
    out,
    err,
    json: () =>
      out
        .split('\n')
        .filter((line) => line !== '')
        .map((line): unknown => JSON.parse(line)),
  };
}

/** Without colours and the other sequences of a terminal. */
export function plain(text: string): string {
  // eslint-disable-next-line no-control-regex -- escape sequences are what is removed
  return text.replace(/\u001b[[(]?[0-9;?]*[A-Za-z78]/g, '');
}
