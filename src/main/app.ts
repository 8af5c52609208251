/** The composition root, shared by the desktop shell and the command line: every service, made when it is first asked for. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import packageJson from '../../package.json' with { type: 'json' };
import type { EngineReport } from '../shared/domain.ts';
import { FolioError, toErrorMessage } from '../shared/errors.ts';
import { createHandlers } from './api/create-handlers.ts';
import { createApi } from './api/dispatch.ts';
import type { Api } from './api/dispatch.ts';
import type { Host } from './api/host.ts';
import { entryFile, PROGRAM_ROOT, programFile } from './program-files.ts';
import { createAutoEngines } from './services/auto-engines.ts';
import { Changes } from './services/changes.ts';
import { ChosenFiles } from './services/chosen-files.ts';
import { createCorpusService } from './services/corpora.ts';
import { rememberEngines } from './services/engine-memory.ts';
import { createEngineService } from './services/engines.ts';
import { diagnose, diagnosisText, examineRecord } from './services/diagnosis.ts';
import { createExchangeService } from './services/exchange.ts';
import { workAside } from './services/exchange-thread.ts';
import { createGenerationService } from './services/generation.ts';
import { GivenFiles } from './services/given-files.ts';
import { createKeeping } from './services/keeping.ts';
import type { Keeping } from './services/keeping.ts';
import { homeFolder } from './services/location.ts';
import { freeDisk, freeMemory, storedBytes } from './services/machine.ts';
import { createLicenceService } from './services/licences.ts';
import { once } from './services/once.ts';
import { openRecord, type RecordMode } from './services/opened-record.ts';
import { createMetricService } from './services/metrics.ts';
import type { MetricService } from './services/metrics.ts';
import { createPackService } from './services/packs.ts';
import type { PackService } from './services/packs.ts';
import { RecordOwner } from './services/replacing.ts';
import { createPreferenceService } from './services/preferences.ts';
import type { PreferenceService } from './services/preferences.ts';
import { createRecordedMemory } from './services/recorded-memory.ts';
import { createRunService } from './services/runs.ts';
import type { RunService } from './services/runs.ts';
import { createSampleService } from './services/samples.ts';
import type { SampleService } from './services/samples.ts';
import { createTrainingService } from './services/training.ts';
import { createTrialService } from './services/trial.ts';
import { createUpdateService } from './services/updates/updates.ts';
import { createTrashService, TRASH_MS } from './services/trash.ts';
import type { TrashService } from './services/trash.ts';
import type {
  CorpusService,
  EngineService,
  ExchangeService,
  GenerationService,
  StartTrainer,
  TrainingService,
} from './services/types.ts';
import type { Store } from './store/types.ts';

export { defaultDataDir } from './services/location.ts';

export interface AppOptions {
  readonly dataDir: string;
  readonly startTrainer: StartTrainer;
  readonly mode: RecordMode;
  /** Where the built-in texts are; the program's own folder by default. */
  readonly resourcesDir?: string;
  /** Takes what went wrong without stopping anything, a line each; by default standard error does. */
  readonly log?: (line: string) => void;
}

export interface FolioApp {
  readonly version: string;
  readonly dataDir: string;
  readonly store: Store;
  readonly runs: RunService;
  readonly corpora: CorpusService;
  readonly training: TrainingService;
  readonly generation: GenerationService;
  readonly engines: EngineService;
  readonly packs: PackService;
  readonly exchange: ExchangeService;
  readonly metrics: MetricService;
  readonly samples: SampleService;
  readonly preferences: PreferenceService;
  readonly trash: TrashService;
  readonly keeping: Keeping;
  readonly chosenFiles: ChosenFiles;
  readonly givenFiles: GivenFiles;
  /** The contract for windows around which the host does what only it can. Errors that are defects go to the log. */
  api(host: Host): Api;
  /** Ends what is under way (a training without saving: its last checkpoint stays) and closes the record. */
  close(): void;
}

/** Throws what opening the record throws: in mode `read` at the first use of the store, else at once. */
export function createApp(options: AppOptions): FolioApp {
  const { dataDir, startTrainer, mode, resourcesDir } = options;
  const appVersion = packageJson.version;
  const log = options.log ?? ((line: string) => process.stderr.write(`folio: ${line}\n`));
  const defaultFolder = homeFolder();
  const { store, checkpoints, stored, addSamples, writer } = openRecord({ dataDir, mode, defaultFolder, log });
  const runs = once(() => createRunService(store.get()));
  const owner = once(() => new RecordOwner(store.get()));
  const corpora = once(() => createCorpusService(store.get(), resourcesDir ?? defaultResourcesDir(), owner.get()));
  const notKept = (error: unknown): void =>
    log(`what engines can do could not be kept: ${toErrorMessage(error).message}`);
  const memory = createRecordedMemory({
    record: () => store.made,
    writer,
    failed: notKept,
  });
  const autoEngines = createAutoEngines({ startTrainer, memory, version: appVersion });
  /** What a training or a writing found out about engines is known from then on, like what a probe finds. */
  const remember = (found: readonly EngineReport[]): void => {
    try {
      rememberEngines(memory, found);
    } catch (error) {
      notKept(error);
    }
  };
  const training = once(() => {
    const service = createTrainingService({
      store: store.get(),
      checkpoints: checkpoints.get(),
      stored: stored.get(),
      startTrainer,
      autoEngines,
      appVersion,
    });
    service.subscribe((event) => {
      if (event.type === 'engine') remember([event.report, ...event.rejected]);
    });
    return service;
  });
  const active: TrainingService['active'] = () => training.made?.active() ?? null;
  const generation = once(() =>
    createGenerationService({
      store: store.get(),
      checkpoints: stored.get(),
      addSamples,
      startTrainer,
      autoEngines,
      appVersion,
      enginesFound: remember,
    }),
  );
  const engines = once(() =>
    createEngineService({
      startTrainer,
      memory,
      tried: (reports) => autoEngines.tried(reports),
      // (As above: no reason to open a record.)
      training: {
        active,
        subscribe: (listener) => training.made?.subscribe(listener) ?? (() => undefined),
      },
    }),
  );
  const packs = once(() => createPackService({ startTrainer, training: { active } }));
  const exchange = once(() =>
    createExchangeService(store.get(), {
      stored: stored.get(),
      checkpoints: checkpoints.get(),
      work: workAside(pathToFileURL(entryFile('services/exchange-worker'))),
      owner: owner.get(),
      purge: freeDeleted,
      discarded: (runId) => changes.made?.runs([runId]),
    }),
  );
  const metrics = once(() => createMetricService(store.get()));
  const samples = once(() => createSampleService(store.get()));
  const preferences = once(() => createPreferenceService(store.get(), log));
  const trash = once(() => createTrashService(store.get(), Date.now, () => checkpoints.get()));
  const updates = once(() => createUpdateService({ store: store.get(), version: appVersion, log }));
  const keeping = once(() => {
    const entry = pathToFileURL(entryFile('services/bundle-worker'));
    return createKeeping(
      store.get(),
      { entry, writer: checkpoints.get(), purge: freeDeleted, builtin: () => corpora.get().builtin() },
      {
        ...{ owner: owner.get(), dataDir, defaultFolder, training: () => active()?.runId ?? null },
        stopWriting: (reason) => generation.made?.stop(reason) ?? null,
        letGo: () => close(),
      },
    );
  });
  const freeDeleted = (): void => {
    trash
      .get()
      .empty(TRASH_MS)
      .catch((error: unknown) => {
        if (error instanceof FolioError && error.code === 'read-only') return; // a move or a restore took the record: the next start frees it
        log(`what was deleted could not be freed: ${toErrorMessage(error).message}`);
      });
  };
  const chosenFiles = new ChosenFiles();
  const givenFiles = new GivenFiles(chosenFiles);
  const changes = once(
    () =>
      new Changes({
        runs: (ids) => runs.get().list({ archived: 'without', ids }),
        corpora: () => corpora.get().list(),
        runsOfCorpus: (id) => store.get().runsOfCorpus(id),
        training: (listener) => training.get().subscribe(listener),
        failed: (error) => log(`windows could not be told what changed: ${toErrorMessage(error).message}`),
      }),
  );
  const close = (): void => {
    changes.made?.close();
    updates.made?.close();
    trash.made?.close();
    // Before the record, which its thread writes to, and before the training, whose end is written when that thread is through.
    checkpoints.made?.close();
    preferences.made?.close();
    training.made?.close();
    generation.made?.close();
    stored.made?.close();
    store.made?.close();
  };
  if (mode !== 'read') store.get();
  if (store.made?.readOnly === false) freeDeleted();

  return {
    version: appVersion,
    dataDir,
    get store() {
      return store.get();
    },
    get runs() {
      return runs.get();
    },
    get corpora() {
      return corpora.get();
    },
    get training() {
      return training.get();
    },
    get generation() {
      return generation.get();
    },
    get engines() {
      return engines.get();
    },
    get packs() {
      return packs.get();
    },
    get exchange() {
      return exchange.get();
    },
    get metrics() {
      return metrics.get();
    },
    get samples() {
      return samples.get();
    },
    get preferences() {
      return preferences.get();
    },
    get trash() {
      return trash.get();
    },
    get keeping() {
      return keeping.get();
    },
    chosenFiles,
    givenFiles,
    api(host) {
      const services = {
        version: appVersion,
        platform: `${process.platform} ${process.arch}`,
        dataDir,
        compiles: existsSync(programFile('src', 'main', 'engine', 'tensorflow', 'native')),
        chosenFiles,
        givenFiles,
        runs: runs.get(),
        corpora: corpora.get(),
        training: training.get(),
        trials: createTrialService({ store: store.get(), training: training.get(), startTrainer, autoEngines }),
        generation: generation.get(),
        engines: engines.get(),
        packs: packs.get(),
        exchange: exchange.get(),
        licences: createLicenceService(noticesPlaces()),
        metrics: metrics.get(),
        samples: samples.get(),
        preferences: preferences.get(),
        trash: trash.get(),
        updates: updates.get(),
        keeping: keeping.get(),
        changes: changes.get(),
        circumstances: () => ({ freeMemoryBytes: freeMemory(), freeDiskBytes: freeDisk(dataDir) }),
        dataBytes: () => storedBytes(dataDir),
        diagnosis: (reports: readonly EngineReport[]) =>
          diagnosisText(
            diagnose(
              appVersion,
              examineRecord(() => store.get(), dataDir, 'quick'),
              reports,
            ),
          ),
      };
      updates.get().start();
      return createApi(
        createHandlers(services, host),
        (error) => log(stackOf(error)),
        () => store.get().writable(),
      );
    },
    close,
  };
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** In a checkout where scripts/package/notices.ts writes it; in a package beside the archive. */
function noticesPlaces(): string[] {
  const name = 'THIRD-PARTY-NOTICES.txt';
  return [programFile('build', name), join(dirname(PROGRAM_ROOT), name)];
}

function defaultResourcesDir(): string {
  return programFile('resources');
}
