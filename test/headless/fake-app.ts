/** An app without engines, for the command line: what it was asked for is kept, what it answers can be changed. */
import { existsSync } from 'node:fs';
import type { AppOptions, FolioApp } from '../../src/main/app.ts';
import { createMetricService } from '../../src/main/services/metrics.ts';
import type { TensorFlowFiles } from '../../src/main/services/engine-files.ts';
import { createBackupService } from '../../src/main/services/backup.ts';
import { RecordOwner } from '../../src/main/services/replacing.ts';
import { createPreferenceService } from '../../src/main/services/preferences.ts';
import { ChosenFiles } from '../../src/main/services/chosen-files.ts';
import { GivenFiles } from '../../src/main/services/given-files.ts';
import { createRunService } from '../../src/main/services/runs.ts';
import { createSampleService } from '../../src/main/services/samples.ts';
import { createTrashService } from '../../src/main/services/trash.ts';
import type { StartTraining, TrainingHandle } from '../../src/main/services/types.ts';
import type { EngineReport, RunDetail, Sample } from '../../src/shared/domain.ts';
import { FolioError } from '../../src/shared/errors.ts';
import type { TrainingEvent } from '../../src/shared/events.ts';
import { CORPUS, engineReport, finished, type Finished, run, sample, trainingEvents, VOCABULARY } from './fixtures.ts';

type Deep<T> = { -readonly [K in keyof T]: T[K] };

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
  /** What the CUDA pack was installed from, and what was removed. */
  readonly packs: unknown[];
  /** Whether the CUDA pack is installed. */
  cudaPack: boolean;
  /** What is wrong with the engines' files, by folder. */
  engineFiles: Readonly<Record<string, string>>;
  readonly closed: number[];
  /** In which the commands opened it. */
  readonly modes: AppOptions['mode'][];
  /** Engines as `probe` reports them. */
  reports: EngineReport[];
  /** What a look at TensorFlow's files finds; by default what `reports` would let one see. */
  files: TensorFlowFiles | null;
  /** Which engines were tried. */
  readonly probes: (readonly string[] | undefined)[];
  installError: FolioError | null;
  /** Plays a training; must call `end`. By default it tells everything and finishes. */
  play: (tell: (event: TrainingEvent) => void, end: (event: Finished) => void) => void;
  /** Called when the training is told to stop. */
  onStop: (end: (event: Finished) => void) => void;
  /** Of every run. */
  samples: Sample[];
  texts: string[];
  notStored: string | null;
  /** Characters that an evaluation leaves out. */
  dropped: string[];
  /** Of the text's characters. */
  counts: ReadonlyMap<string, number>;
  problems: string[];
  /** What another thread stores. */
  busy: Promise<void> | null;
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
    packs: [],
    cudaPack: false,
    engineFiles: {},
    closed: [],
    modes: [],
    reports: [engineReport({ engine: 'tensorflow', gflops: 190, device: 'CPU, 2 threads' }), engineReport()],
    files: null,
    probes: [],
    installError: null,
    play: (tell, end) => {
      for (const event of trainingEvents()) tell(event);
      end(finished());
    },
    onStop: (end) => end(finished({ status: 'stopped', epochs: 0, steps: 2, seconds: 2 })),
    samples: [sample()],
    texts: ['What light is this'],
    notStored: null,
    dropped: [],
    counts: new Map(VOCABULARY.map((character) => [character, 1000])),
    problems: [],
    busy: null,
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
    list: () => [{ ...CORPUS, runs: 1, builtin: true }],
    counts: () => Promise.resolve(fake.counts),
    excerpt: () => 'First Citizen:',
    rename: () => undefined,
    remove: () => 0,
    restore: () => undefined,
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
    active: () => null,
    subscribe: () => () => undefined,
    subscribeNews: () => () => undefined,
    shutDown: () => Promise.resolve(),
    resumeOffer: () => null,
    declineOffer: () => undefined,
  };
  const generation: FolioApp['generation'] = {
    warm: () => Promise.resolve({ report: engineReport(), rejected: [] }),
    reproduce: () => Promise.resolve({ same: true, text: '', differsAt: null, report: engineReport() }),
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
        stopped: null,
      });
    },
    evaluate: (_options, progress) => {
      progress(1000, 1000);
      return Promise.resolve({ nats: Math.LN2, bits: 1, perplexity: 2, characters: 1000, dropped: fake.dropped });
    },
    stop: () => null,
    close: () => undefined,
  };
  const engines: FolioApp['engines'] = {
    known: () => ({ reports: [], at: null }),
    tensorFlowFiles: () => Promise.resolve(fake.files ?? filesOf(fake.reports)),
    probe: (names) => {
      fake.probes.push(names);
      return Promise.resolve(fake.reports.filter(({ engine }) => names === undefined || names.includes(engine)));
    },
    install: (build, progress) => {
      fake.installs.push(build);
      progress({ type: 'install-progress', phase: 'download', done: 137, total: 274 });
      return fake.installError === null ? Promise.resolve({ version: '2.21.0' }) : Promise.reject(fake.installError);
    },
  };
  const exchange: FolioApp['exchange'] = {
    exportWeights: (_run, _epoch, file) => Promise.resolve({ bytes: 16_086_276, replaced: existsSync(file) }),
    exportMetrics: () => Promise.resolve(0),
    exportCurves: () => Promise.resolve(0),
    importWeights: (_file, name = 'w') => {
      const taken = fake.runs.some((other) => other.name === name);
      fake.runs.push(
        run({ id: 9, name: taken ? `${name} (2)` : name, preset: 'imported', corpus: '', corpusId: null }),
      );
      return Promise.resolve(9);
    },
  };
  const packs: FolioApp['packs'] = {
    list: () => {
      const id = '2.21.0-cuda-linux-x64';
      const build = { id, kind: 'cuda', version: '2.21.0', bytes: 6e9, problem: null } as const;
      const sizes = { bytes: 3.4e9, unpackedBytes: 5.7e9, downloadedBytes: 0 };
      return Promise.resolve({
        bundled: null,
        installed: fake.cudaPack ? [build] : [],
        cudaPack: { id, files: [], ...sizes, noDriver: null, installed: fake.cudaPack },
      });
    },
    verify: () => Promise.resolve(fake.engineFiles),
    install: (source, progress) => {
      fake.packs.push(source);
      progress({ phase: 'download', done: 1e9, total: 3e9, bytesPerSecond: 5e7, secondsLeft: 40, file: 'a.whl' });
      if (fake.installError !== null) return Promise.reject(fake.installError);
      return Promise.resolve({ version: '2.21.0', device: 'CPU', warning: 'It found no GPU.' });
    },
    remove: (id) => {
      fake.packs.push(id);
      return Promise.resolve(6e9);
    },
    discardDownload: () => Promise.resolve(0),
  };
  const fakeBundles: FolioApp['keeping']['bundles'] = {
    exportRun: () => Promise.reject(new Error('test/headless/commands/keeping.test.ts exports real ones')),
    importRun: () => Promise.reject(new Error('test/headless/commands/keeping.test.ts imports real ones')),
  };
  const fakeMoves: FolioApp['keeping']['moves'] = {
    isFound: true,
    isNamed: false,
    refusal: () => null,
    move: () => Promise.reject(new Error('test/headless/commands/keeping.test.ts moves real ones')),
    old: () => null,
    settle: () => 0,
  };
  const fakeRestores: FolioApp['keeping']['restores'] = {
    refusal: () => null,
    examine: () => Promise.reject(new Error('a window does this')),
    restore: () => Promise.reject(new Error('a window does this')),
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
    packs,
    exchange,
    metrics: createMetricService(store),
    samples: createSampleService(store),
    preferences: createPreferenceService(store, () => undefined),
    trash: createTrashService(store),
    keeping: {
      owner: new RecordOwner({ freeze: () => undefined }),
      backups: createBackupService(() => store.path),
      bundles: fakeBundles,
      moves: fakeMoves,
      restores: fakeRestores,
    },
    chosenFiles: new ChosenFiles(),
    givenFiles: new GivenFiles(new ChosenFiles()),
    api: () => {
      throw new Error('no command has a window');
    },
    close: () => {
      fake.closed.push(1);
    },
  };
  return Object.assign(fake, { app });
}

function filesOf(reports: readonly EngineReport[]): TensorFlowFiles {
  const report = reports.find(({ engine }) => engine === 'tensorflow');
  const isThere = report === undefined || report.available || report.selfTest === 'failed';
  return { state: isThere ? 'there' : 'missing', reason: report?.reason ?? '' };
}

type FakeStore = Pick<
  FolioApp['store'],
  | 'path'
  | 'readOnly'
  | 'listRuns'
  | 'run'
  | 'samples'
  | 'trainingSamples'
  | 'corpus'
  | 'corpusChunks'
  | 'deleteRun'
  | 'check'
  | 'quickCheck'
  | 'setting'
  | 'setSetting'
  | 'writable'
>;

function fakeStore(fake: Pick<FakeApp, 'busy' | 'runs' | 'samples' | 'deleted' | 'problems'>): FakeStore {
  const settings = new Map<string, string>();
  return {
    writable: () => fake.busy,
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
    samples: () => fake.samples,
    trainingSamples: () => fake.samples.filter(({ origin }) => origin === 'training'),
    corpus: () => ({ ...CORPUS, vocabulary: VOCABULARY }),
    corpusChunks: () => [new TextEncoder().encode('First Citizen:\nBefore we proceed')],
    deleteRun: (id) => {
      fake.deleted.push(id);
      return 16_086_276;
    },
    check: () => fake.problems,
    quickCheck: () => fake.problems,
  };
}
