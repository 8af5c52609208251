/** Starts and resumes trainings, one at a time, each in a process of its own. */
import type { EngineChoice, RunDetail } from '../../shared/domain.ts';
import { FolioError, toErrorMessage } from '../../shared/errors.ts';
import type { TrainingEvent } from '../../shared/events.ts';
import { checkpointsOf } from '../store/checkpoint-reader.ts';
import type { CheckpointSource } from '../store/checkpoint-reader.ts';
import type { CheckpointWriter } from '../store/checkpoint-writer.ts';
import type { ResumePoint, RetentionPolicy, Store } from '../store/types.ts';
import type { LiveTraining } from '../../shared/live.ts';
import { plannedAmong } from '../../shared/presets.ts';
import type { ResumeFrom, TrainRequest } from '../trainer/messages.ts';
import { ALL_ENGINES } from './auto-engines.ts';
import type { AutoEngines } from './auto-engines.ts';
import { guarded } from './guarded.ts';
import { liveAfter, NewsFeed, startingTraining } from './live-training.ts';
import type { FeedClock } from './live-training.ts';
import { Recorder } from './recorder.ts';
import { forgetForStart, rememberedForStart, rememberForStart } from './resume-at-start.ts';
import { changedConfig, refuseWithoutWork } from './resume-changes.ts';
import { runName } from './run-names.ts';
import { isActive } from './run-states.ts';
import { checkConfig } from './settings.ts';
import { Supervisor } from './supervisor.ts';
import type { Timeouts } from './trainer-link.ts';
import { parsePosition } from './training-position.ts';
import type { StartTrainer, StartTraining, TrainingHandle, TrainingService } from './types.ts';

export interface TrainingOptions {
  readonly store: Store;
  /** Stores checkpoints in a thread of its own; absent or null stores them in this one. The caller closes it. */
  readonly checkpoints?: Pick<CheckpointWriter, 'piece' | 'record' | 'discard'> | null;
  /** Reads them in a thread of its own; absent reads them in this one. The caller closes it. */
  readonly stored?: Pick<CheckpointSource, 'resumePoint'>;
  readonly startTrainer: StartTrainer;
  /** Which engines `auto` may open; all of them by default. */
  readonly autoEngines?: AutoEngines;
  readonly appVersion: string;
  readonly policy?: RetentionPolicy;
  readonly timeouts?: Partial<Timeouts>;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
  /** How long `shutDown` waits for the training to save. */
  readonly shutDownMs?: number;
  /** A test's own clock for what windows are told. */
  readonly feedClock?: FeedClock;
}

/** Every epoch's weights; the optimizer's state twice, so that a damaged newest checkpoint has a predecessor. */
export const DEFAULT_POLICY: RetentionPolicy = { everyNth: 1, optimizerStates: 2 };
const DEFAULT_TIMEOUTS: Timeouts = { stopMs: 60_000, exitMs: 5_000 };
/** How long a program that quits waits for its training to save. */
const SHUT_DOWN_MS = 20_000;
const CLOSED = 'Folio was closed';

type Listener = (event: TrainingEvent) => void;

/** What a training needs besides the run that is already in the record. */
interface Launch {
  readonly runId: number;
  readonly name: string;
  readonly corpusId: number;
  readonly request: TrainRequest;
  /** Why the run is queued again; empty for a new one. */
  readonly note: string;
  readonly resumable: string | null;
  readonly keepEvery: number | undefined;
}

interface Active {
  readonly supervisor: Supervisor;
  readonly engine: EngineChoice;
  live: LiveTraining;
}

/** `close` ends the training under way without saving (its last checkpoint stays): for a program that quits. */
export function createTrainingService(options: TrainingOptions): TrainingService & { close(): void } {
  const { store, startTrainer, appVersion, checkpoints = null, stored = checkpointsOf(options.store) } = options;
  const now = options.now ?? (() => performance.now());
  const listeners = new Set<Listener>();
  const feed = new NewsFeed(options.feedClock);
  let active: Active | null = null;
  /** The run that is about to go on: its checkpoint is being read, or another thread's writing waited for. */
  let preparing: number | null = null;

  const refuseWhileBusy = (): void => {
    const runId = active?.supervisor.runId ?? preparing;
    if (runId === null) return;
    throw new FolioError(
      'busy',
      `run ${runId} is being trained; one training runs at a time`,
      'Wait until it has ended, or stop it.',
    );
  };

  const policyFor = (everyNth: number | undefined): RetentionPolicy => {
    const policy = options.policy ?? DEFAULT_POLICY;
    return everyNth === undefined ? policy : { ...policy, everyNth };
  };

  const launch = (plan: Launch, listener: Listener): TrainingHandle => {
    const { runId, request } = plan;
    const position = request.resume?.position;
    let live: LiveTraining = {
      ...startingTraining(runId, plan.name),
      step: position?.step ?? 0,
      epoch: position?.epoch ?? 1,
      stepInEpoch: position?.stepInEpoch ?? 0,
      activeSeconds: position?.activeSeconds ?? 0,
    };
    const tell = (event: TrainingEvent): void => {
      live = liveAfter(live, event);
      if (active !== null) active.live = live;
      feed.take(event, live);
      for (const hear of [listener, ...listeners]) guarded(() => hear(event));
    };
    const trainer = startOrFail(runId);
    tell({ run: runId, type: 'created', name: plan.name });
    checkpoints?.discard(); // the last process may have died between two pieces
    const supervisor = new Supervisor({
      store,
      recorder: new Recorder({
        store,
        writer: checkpoints,
        runId,
        policy: policyFor(plan.keepEvery),
        appVersion,
        activeSeconds: position?.activeSeconds ?? 0,
        now,
      }),
      process: trainer,
      autoEngines: options.autoEngines ?? ALL_ENGINES,
      runId,
      corpusId: plan.corpusId,
      request,
      resumable: plan.resumable,
      listener: tell,
      timeouts: { ...DEFAULT_TIMEOUTS, ...options.timeouts },
    });
    active = { supervisor, engine: request.engine, live };
    if (plan.note !== '') tell({ run: runId, type: 'status', status: 'queued', reason: plan.note });
    void supervisor.done.then(() => {
      if (active?.supervisor === supervisor) active = null;
    });
    return supervisor;
  };

  const startOrFail = (runId: number): ReturnType<StartTrainer> => {
    try {
      return startTrainer('training');
    } catch (error) {
      store.setRunStatus(
        runId,
        'failed',
        `the training process could not be started: ${toErrorMessage(error).message}`,
      );
      throw error;
    }
  };

  return {
    async start(request: StartTraining, listener: Listener): Promise<TrainingHandle> {
      refuseWhileBusy();
      store.requireWritable();
      const { preset, corpusId, config, engine, keepEvery } = request;
      checkConfig(config);
      await store.writable();
      refuseWhileBusy(); // another may have begun meanwhile
      const corpus = store.corpus(corpusId);
      const keep = keepEvery === undefined ? {} : { keepEvery };
      const name = request.name === undefined ? `${preset} on ${corpus.name}` : runName(request.name);
      const { vocabulary, characters } = corpus;
      const runId = store.createRun({ name, preset, corpusId, config, vocabulary, status: 'queued', ...keep });
      const plan = preset === 'best' ? { named: request.named ?? [] } : null;
      const train: TrainRequest = { type: 'train', config, vocabulary, characters, engine, plan, resume: null };
      return launch({ runId, name, corpusId, request: train, note: '', resumable: null, keepEvery }, listener);
    },

    async resume(runId, engine, listener, keepEvery, changes = {}): Promise<TrainingHandle> {
      refuseWhileBusy();
      store.requireWritable();
      resumableCorpus(store.run(runId));
      preparing = runId;
      // Until the training is under way: whoever waited for the same thing goes on in between.
      try {
        const point = await stored.resumePoint(runId);
        await store.writable();
        // As it is now: somebody may have renamed or deleted it meanwhile.
        const run = store.run(runId);
        const { vocabulary, name } = run;
        const corpusId = resumableCorpus(run);
        const { characters } = store.corpus(corpusId);
        const { config, words, named } = changedConfig(run.config, changes);
        if (point === null) refuseWhenAllDamaged(run);
        const resume = point === null ? null : resumeFrom(point);
        if (run.status === 'finished') refuseWithoutWork(run, config, characters, resume?.position ?? null);
        // A run that never took a step may still be without a plan; one that did keeps the plan that it had.
        const unplanned = run.preset === 'best' && point === null && store.metricSlice(runId, ['step'], -1, 1) === null;
        const plan = unplanned ? { named: plannedAmong(named) } : null;
        store.rewindTo(runId, point?.checkpoint.id ?? null);
        if (words !== '') store.setRunConfig(runId, config);
        if (rememberedForStart(store)?.run === runId) forgetForStart(store);
        const resumable = point === null ? null : `epoch ${point.checkpoint.epoch}, step ${point.checkpoint.step}`;
        const note = resumeNote(point, resumable, words);
        store.setRunStatus(runId, 'queued', note);
        const train: TrainRequest = { type: 'train', config, vocabulary, characters, engine, plan, resume };
        const kept = keepEvery ?? run.keepEvery ?? undefined;
        return launch({ runId, name, corpusId, request: train, note, resumable, keepEvery: kept }, listener);
      } finally {
        preparing = null;
      }
    },

    active() {
      if (active === null) return null;
      const { supervisor, live } = active;
      return { runId: supervisor.runId, handle: supervisor, snapshot: live };
    },

    subscribe(listener) {
      const own: Listener = (event) => {
        listener(event);
      };
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },

    subscribeNews: (listener) => feed.subscribe(listener),

    async shutDown() {
      if (active === null) return;
      const { supervisor, engine } = active;
      // One that the person is stopping already is not to begin again.
      const isToGoOn = !supervisor.isStopping;
      supervisor.stop(CLOSED);
      const timer = setTimeout(() => {
        supervisor.abandon(`${CLOSED}, and the training could not save in time`);
      }, options.shutDownMs ?? SHUT_DOWN_MS);
      if (isToGoOn) {
        await store.writable();
        guarded(() => {
          rememberForStart(store, supervisor.runId, engine);
        });
      }
      await supervisor.done;
      clearTimeout(timer);
    },

    resumeOffer: () => rememberedForStart(store),
    declineOffer: () => {
      forgetForStart(store);
    },

    close(): void {
      feed.close();
      active?.supervisor.abandon(`${CLOSED} while it was training`);
    },
  };
}

function resumeFrom({ checkpoint, position, weights, optimizer }: ResumePoint): ResumeFrom {
  return { weights, optimizer, position: parsePosition(position), recorded: checkpoint.kind === 'epoch' };
}

/** The text that a run can be trained further with. Throws FolioError 'config' without one, 'busy' when another process trains it. */
function resumableCorpus(run: RunDetail): number {
  const { id, status, corpusId } = run;
  if (corpusId === null) throw withoutText(run);
  if (!isActive(status)) return corpusId;
  throw new FolioError('busy', `run ${id} is ${status} in another process`, 'Stop it there first.');
}

function withoutText({ id, awaitedText }: RunDetail): FolioError {
  if (awaitedText !== null) {
    return new FolioError(
      'config',
      `run ${id} came without the text that it learnt from, so it cannot be trained further yet`,
      `Add the text "${awaitedText.name}": it is recognised by its SHA-256, ${awaitedText.sha256}. \`folio resume ${id} --corpus FILE\` adds it and goes on.`,
    );
  }
  return new FolioError(
    'config',
    `run ${id} was imported without the text that it learnt from, so it cannot be trained further`,
    `folio generate ${id} writes with it.`,
  );
}

/** Starting over would throw away weights that are still good: that is for the person to decide. */
function refuseWhenAllDamaged(run: RunDetail): void {
  if (run.checkpoints.length === 0) return;
  const kept = run.checkpoints.filter(({ kind }) => kind === 'epoch').map(({ epoch }) => epoch);
  throw new FolioError(
    'damaged',
    `run ${run.id} has no undamaged checkpoint with the optimizer's state, so it cannot be resumed`,
    `folio generate ${run.id} --epoch N still works for undamaged weights (stored: epoch ${kept.join(', ')}); folio doctor names what is damaged.`,
  );
}

function resumeNote(point: ResumePoint | null, resumable: string | null, changes: string): string {
  const changed = changes === '' ? '' : `, with ${changes}`;
  if (point === null) return `starts again from the beginning${changed}: no checkpoint had been stored`;
  const passedOver = point.damaged.length === 0 ? '' : `; passed over as damaged: ${point.damaged.join('; ')}`;
  return `resumes from ${resumable ?? ''}${changed}${passedOver}`;
}
