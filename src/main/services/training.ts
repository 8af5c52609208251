/** Starts and resumes trainings, one at a time, each in a process of its own. */
import type { EngineChoice, RunDetail } from '../../shared/domain.ts';
import { FolioError, toErrorMessage } from '../../shared/errors.ts';
import type { TrainingEvent } from '../../shared/events.ts';
import type { ResumePoint, RetentionPolicy, Store } from '../store/types.ts';
import type { TrainRequest } from '../trainer/messages.ts';
import { Recorder } from './recorder.ts';
import { isActive, isResumable } from './run-states.ts';
import { Supervisor } from './supervisor.ts';
import type { Timeouts } from './supervisor.ts';
import { parsePosition } from './training-position.ts';
import type { StartTrainer, StartTraining, TrainingHandle, TrainingService } from './types.ts';

export interface TrainingOptions {
  readonly store: Store;
  readonly startTrainer: StartTrainer;
  readonly appVersion: string;
  readonly policy?: RetentionPolicy;
  readonly timeouts?: Partial<Timeouts>;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** Every epoch's weights; the optimizer's state twice, so that a damaged newest checkpoint has a predecessor. */
export const DEFAULT_POLICY: RetentionPolicy = { everyNth: 1, optimizerStates: 2 };
const DEFAULT_TIMEOUTS: Timeouts = { stopMs: 60_000, exitMs: 5_000 };

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

/** `close` ends the training under way without saving (its last checkpoint stays): for a program that quits. */
export function createTrainingService(options: TrainingOptions): TrainingService & { close(): void } {
  const { store, startTrainer, appVersion } = options;
  const now = options.now ?? (() => performance.now());
  let active: Supervisor | null = null;

  const refuseWhileBusy = (): void => {
    if (active === null) return;
    throw new FolioError(
      'busy',
      `run ${active.runId} is being trained; one training runs at a time`,
      'Wait until it has ended, or stop it.',
    );
  };

  const policyFor = (everyNth: number | undefined): RetentionPolicy => {
    const policy = options.policy ?? DEFAULT_POLICY;
    return everyNth === undefined ? policy : { ...policy, everyNth };
  };

  const launch = (plan: Launch, listener: Listener): TrainingHandle => {
    listener({ run: plan.runId, type: 'created', name: plan.name });
    const supervisor = new Supervisor({
      store,
      recorder: new Recorder({
        store,
        runId: plan.runId,
        policy: policyFor(plan.keepEvery),
        appVersion,
        activeSeconds: plan.request.resume?.position.activeSeconds ?? 0,
        now,
      }),
      process: startOrFail(plan.runId),
      runId: plan.runId,
      corpusId: plan.corpusId,
      request: plan.request,
      resumable: plan.resumable,
      listener,
      timeouts: { ...DEFAULT_TIMEOUTS, ...options.timeouts },
    });
    if (plan.note !== '') listener({ run: plan.runId, type: 'status', status: 'queued', reason: plan.note });
    active = supervisor;
    void supervisor.done.then(() => {
      active = null;
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
      const { preset, corpusId, config, engine, keepEvery } = request;
      const corpus = store.corpus(corpusId);
      const name = request.name ?? `${preset} on ${corpus.name}`;
      const { vocabulary, characters } = corpus;
      const runId = store.createRun({ name, preset, corpusId, config, vocabulary, status: 'queued' });
      const plan = preset === 'best';
      const train: TrainRequest = { type: 'train', config, vocabulary, characters, engine, plan, resume: null };
      return launch({ runId, name, corpusId, request: train, note: '', resumable: null, keepEvery }, listener);
    },

    async resume(runId: number, engine: EngineChoice, listener: Listener, keepEvery?: number): Promise<TrainingHandle> {
      refuseWhileBusy();
      const run = store.run(runId);
      const { config, corpusId, vocabulary, name } = run;
      if (corpusId === null) throw withoutText(run);
      refuseUnresumable(run);
      const point = store.resumePoint(runId);
      if (point === null) refuseWhenAllDamaged(run);
      const resume = point === null ? null : { ...bytesOf(point), position: parsePosition(point.position) };
      // A run that never took a step may still be without a plan; one that did keeps the plan that it had.
      const plan = run.preset === 'best' && point === null && store.metrics(runId).length === 0;
      store.rewindTo(runId, point?.checkpoint.id ?? null);
      const resumable = point === null ? null : `epoch ${point.checkpoint.epoch}, step ${point.checkpoint.step}`;
      const note = resumeNote(point, resumable);
      store.setRunStatus(runId, 'queued', note);
      const { characters } = store.corpus(corpusId);
      const train: TrainRequest = { type: 'train', config, vocabulary, characters, engine, plan, resume };
      return launch({ runId, name, corpusId, request: train, note, resumable, keepEvery }, listener);
    },

    close(): void {
      active?.abandon('Folio was closed while it was training');
    },
  };
}

function bytesOf({ weights, optimizer }: ResumePoint): Pick<ResumePoint, 'weights' | 'optimizer'> {
  return { weights, optimizer };
}

function refuseUnresumable({ id, status }: RunDetail): void {
  if (isActive(status)) {
    throw new FolioError('busy', `run ${id} is ${status} in another process`, 'Stop it there first.');
  }
  if (!isResumable(status)) {
    throw new FolioError(
      'config',
      `run ${id} is ${status}: there is nothing left to resume`,
      'Train a new run with more epochs: folio train --epochs N.',
    );
  }
}

function withoutText({ id }: RunDetail): FolioError {
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

function resumeNote(point: ResumePoint | null, resumable: string | null): string {
  if (point === null) return 'starts again from the beginning: no checkpoint had been stored';
  const passedOver = point.damaged.length === 0 ? '' : `; passed over as damaged: ${point.damaged.join('; ')}`;
  return `resumes from ${resumable ?? ''}${passedOver}`;
}
