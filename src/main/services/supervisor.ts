/**
 * Watches over one training: feeds its process, writes down what it reports, and tells how it ended, whatever the way.
 * Every training ends in exactly one outcome and one `finished` event; the process is gone by then.
 */
import type { RunStatus } from '../../shared/domain.ts';
import { FolioError, toErrorMessage } from '../../shared/errors.ts';
import type { StoredCheckpoint } from '../store/checkpoint-writer.ts';
import type { CheckpointMessage, FromOtherPurposes, FromTrainer, TrainRequest } from '../trainer/messages.ts';
import { assertTransition } from './run-states.ts';
import { EngineWatch } from './engine-watch.ts';
import { guarded } from './guarded.ts';
import { InOrder } from './in-order.ts';
import { describeExit } from './trainer-exit.ts';
import type { EventBody, FinishedEvent, Ready, Supervision } from './supervision.ts';
import type { TrainerExit } from './trainer-exit.ts';
import { TrainerLink } from './trainer-link.ts';
import {
  outcomeOfDeath,
  outcomeOfEarlyStop,
  outcomeOfEnd,
  outcomeOfError,
  outcomeOfFailure,
  outcomeOfRefusal,
} from './training-outcome.ts';
import type { Circumstances, Outcome, Resumption } from './training-outcome.ts';
import type { TrainingHandle } from './types.ts';

/** What the process says before its engine holds the weights to go on from. What it says then may be that it cannot. */
const BEFORE_GOING_ON: ReadonlySet<FromTrainer['type']> = new Set(['opening', 'ready', 'error']);

export class Supervisor implements TrainingHandle {
  readonly runId: number;
  readonly done: Promise<FinishedEvent>;
  /** Without the request: the checkpoint in it is handed on, and not held while the training lasts. */
  readonly #supervision: Omit<Supervision, 'request'>;
  readonly #link: TrainerLink;
  readonly #engine: EngineWatch;
  readonly #resolveDone: (event: FinishedEvent) => void;
  #status: RunStatus = 'queued';
  #ready: Ready | null = null;
  /** Of a run that is to go on and has not yet begun to. */
  #resumption: Resumption | null;
  #config: TrainRequest['config'];
  #outcome: Outcome | null = null;
  #stopReason = '';
  #stopAsked = false;
  #resumable: string | null;
  #epochs: number;
  #steps: number;
  /** Whether there is anything yet that a stop would have to save. */
  #hasTrained = false;
  /**
   * What another thread stores, a checkpoint of this training or something else, holds up what comes after it. The process waits for
   * this side meanwhile and has nothing to say.
   */
  readonly #order = new InOrder((isHeldUp) => (isHeldUp ? this.#link.expectNothing() : this.#awaitAnswerToStop()));
  /** Settled when the end's status is in the record; null when that did not have to wait. Never rejects. */
  #endWritten: Promise<void> | null = null;

  constructor(supervision: Supervision) {
    const { request, ...rest } = supervision;
    const { process, runId } = rest;
    this.#supervision = rest;
    this.#link = new TrainerLink(process, rest.timeouts);
    this.#engine = new EngineWatch(rest.autoEngines, request.engine);
    this.runId = runId;
    this.#config = request.config;
    this.#resumable = rest.resumable;
    this.#resumption = rest.resumption;
    this.#steps = request.resume?.position.step ?? 0;
    this.#epochs = (request.resume?.position.epoch ?? 1) - 1;
    const { promise, resolve } = Promise.withResolvers<FinishedEvent>();
    this.done = promise;
    this.#resolveDone = resolve;
    process.onMessage((message) => this.#receive(message));
    process.onExit((code, signal, stderr) => {
      this.#link.gone();
      this.#inTurn(() => this.#exited({ code, signal, stderr }));
    });
    void this.#feed(request);
  }

  pause(): void {
    if (this.#status === 'running' && !this.#stopAsked) this.#link.send({ type: 'pause' });
  }

  continue(): void {
    if ((this.#status === 'running' || this.#status === 'paused') && !this.#stopAsked)
      this.#link.send({ type: 'continue' });
  }

  /**
   * Asks the process to save and end. The record says so as soon as it can be written.
   *
   * @param reason why, where it was not a person who asked for just that
   */
  stop(reason = ''): void {
    if (this.#outcome !== null || this.#stopAsked) return;
    this.#stopAsked = true;
    this.#stopReason = reason;
    this.#engine.stop();
    this.#link.send({ type: 'stop' });
    this.#awaitAnswerToStop();
    this.#inTurn(() => {
      if (this.#outcome === null) this.#guarded(() => this.#setStatus('stopping', reason));
      return undefined;
    });
  }

  /** Whether it was asked to stop. */
  get isStopping(): boolean {
    return this.#stopAsked;
  }

  /** From now on the process has a while to say something, if it was asked to stop and this side is not what holds it up. */
  #awaitAnswerToStop(): void {
    if (this.#stopAsked && this.#outcome === null && !this.#order.isHeldUp) this.#link.awaitAnswerToStop();
  }

  /**
   * Does work that may write to the record, after what came before it and when no other thread stores something: SQLite has one
   * writer at a time, and the second would stand still.
   */
  #inTurn(work: () => Promise<void> | undefined): void {
    this.#order.do(() => this.#supervision.store.writable()?.then(work) ?? work());
  }

  /** Ends the training at once, without saving. The run can be resumed from its last checkpoint. */
  abandon(reason: string): void {
    this.#conclude(outcomeOfDeath(reason, this.#circumstances));
  }

  /** The request and the text. */
  async #feed(asked: TrainRequest): Promise<void> {
    const { store, corpusId } = this.#supervision;
    try {
      const leftOut = await this.#engine.leftOut(() => this.#emit({ type: 'phase', phase: 'trying-graphics' }));
      const request = { ...asked, leftOut };
      await this.#link.feed(request, store.corpusChunks(corpusId), () => this.#outcome === null);
    } catch (error) {
      this.#conclude(outcomeOfFailure('the text cannot be read from the record', error, this.#circumstances));
    }
  }

  // From the process ---------------------------------------------------------------------------------------------------

  #receive(message: FromTrainer): void {
    if (this.#outcome !== null) return;
    this.#engine.hear(message);
    this.#awaitAnswerToStop();
    this.#inTurn(() => (this.#outcome === null ? this.#guarded(() => this.#handle(message)) : undefined));
  }

  /** Whatever fails in here is a write that failed (or a defect): training goes no further than what can be recorded. */
  #guarded<T>(body: () => T): T | undefined {
    try {
      return body();
    } catch (error) {
      this.#couldNotWrite(error);
    }
  }

  #couldNotWrite(error: unknown): void {
    this.#conclude(outcomeOfFailure('the record could not be written', error, this.#circumstances));
  }

  /** Nothing of the run but its status has changed in the record so far. */
  #goOn(): void {
    this.#resumption?.accept();
    this.#resumption = null;
    if (this.#ready !== null) this.#begin(this.#ready);
  }

  #begin({ report, rejected }: Ready): void {
    const { store } = this.#supervision;
    store.setRunEngine(this.runId, report.engine, report.device);
    store.noteBeginning(this.runId, { rejected });
    if (this.#status === 'queued') this.#setStatus('running', '');
  }

  #handle(message: FromTrainer): Promise<void> | undefined {
    const { store, recorder } = this.#supervision;
    if (this.#resumption !== null && !BEFORE_GOING_ON.has(message.type)) this.#goOn();
    switch (message.type) {
      case 'ready':
        this.#ready = message;
        this.#emit({ type: 'engine', report: message.report, rejected: message.rejected });
        if (this.#resumption === null) this.#begin(message);
        return;
      case 'plan':
        this.#config = message.config;
        store.setRunConfig(this.runId, message.config);
        this.#emit(message);
        return;
      case 'first-look': {
        const { type: _, ...firstLook } = message;
        store.noteBeginning(this.runId, { firstLook });
        this.#emit(message);
        return;
      }
      case 'step':
        this.#steps = message.step;
        this.#hasTrained = true;
        recorder.step(message);
        this.#emit(message);
        return;
      case 'phase':
        recorder.flush();
        this.#emit(message);
        if (message.phase === 'paused' && this.#status === 'running') this.#setStatus('paused', '');
        if (message.phase !== 'paused' && this.#status === 'paused') this.#setStatus('running', '');
        return;
      case 'checkpoint-piece':
        recorder.piece(message);
        return;
      case 'checkpoint':
        return this.#checkpoint(message);
      case 'ended':
        recorder.flush();
        // Its last checkpoint is stored: what is left of the process has nothing to keep.
        this.#conclude(outcomeOfEnd(message, this.#circumstances, this.#stopReason));
        return;
      case 'error':
        recorder.flush();
        this.#conclude(
          outcomeOfError(this.#engine.explained(message.error), this.#circumstances, this.#resumption !== null),
        );
        return;
      case 'opening':
        return;
      default:
        return refuseForeign(message);
    }
  }

  #checkpoint(message: CheckpointMessage): Promise<void> | undefined {
    const stored = this.#supervision.recorder.checkpoint(message, this.#ready?.report.engine ?? '');
    const tell = (done: StoredCheckpoint): void => this.#guarded(() => this.#checkpointStored(message, done));
    if (!(stored instanceof Promise)) {
      tell(stored);
      return;
    }
    // However long that takes on a slow disk: the thread that stores it answers, or its end is told.
    return stored.then(tell, (error: unknown) => this.#couldNotWrite(error));
  }

  #checkpointStored(message: CheckpointMessage, { info, bytesFreed, samples }: StoredCheckpoint): void {
    // Ended meanwhile, by this side: the checkpoint is stored, and that is all.
    if (this.#outcome !== null) return;
    this.#link.send({ type: 'stored' });
    this.#resumable = `epoch ${info.epoch}, step ${info.step}`;
    this.#steps = message.position.step;
    if (message.epoch !== null) {
      // (Not all epochs are stored: the one before a part of one was whole.)
      this.#epochs = message.epoch.complete ? message.epoch.epoch : message.epoch.epoch - 1;
      this.#emit({ type: 'epoch', ...message.epoch, step: message.position.step, bytesFreed });
    }
    for (const sample of samples) this.#emit({ type: 'sample', ...sample });
    const { kind, epoch, step, bytes } = info;
    this.#emit({ type: 'checkpoint', kind, epoch, step, bytes, bytesFreed });
  }

  // The end ------------------------------------------------------------------------------------------------------------

  #exited(exit: TrainerExit): Promise<void> | undefined {
    if (this.#outcome === null) {
      this.#guarded(() => this.#supervision.recorder.flush());
      const reason = this.#link.killed ?? describeExit('the training process', exit);
      const hint = this.#link.killed === null ? this.#engine.died(exit, reason) : this.#engine.lost(reason);
      const nothingLost = this.#status === 'stopping' && !this.#hasTrained;
      this.#settle(nothingLost ? outcomeOfEarlyStop(reason) : outcomeOfDeath(reason, this.#circumstances, hint));
    }
    const finish = (): void => this.#finish();
    if (this.#endWritten !== null) return this.#endWritten.then(finish);
    finish();
  }

  #finish(): void {
    const { status, reason, error } = this.#outcome ?? assertSettled();
    const finished: FinishedEvent = {
      run: this.runId,
      type: 'finished',
      status,
      reason,
      epochs: this.#epochs,
      steps: this.#steps,
      seconds: this.#supervision.recorder.activeSeconds,
      error,
    };
    guarded(() => this.#supervision.listener(finished));
    this.#resolveDone(finished);
  }

  get #circumstances(): Circumstances {
    return { runId: this.runId, config: this.#config, resumable: this.#resumable };
  }

  #conclude(outcome: Outcome): void {
    this.#settle(outcome);
    this.#link.kill();
  }

  /** The first outcome stands, from now on. Its status is written at once, or when no other thread stores something. */
  #settle(outcome: Outcome): void {
    if (this.#outcome !== null) return;
    this.#outcome = this.#resumption === null ? outcome : outcomeOfRefusal(outcome, this.#resumption);
    this.#engine.stop();
    this.#link.expectNothing();
    const turn = this.#supervision.store.writable();
    const end = this.#outcome;
    if (turn === null) this.#writeEnd(end);
    else this.#endWritten = turn.then(() => this.#writeEnd(end));
  }

  /** When even the status cannot be written, the next start's sweep finds the run dead. */
  #writeEnd(outcome: Outcome): void {
    try {
      this.#setStatus(outcome.status, outcome.reason);
    } catch (error) {
      const { message } = toErrorMessage(error);
      const reason = `${outcome.reason} (and its status could not be written: ${message})`;
      const known = outcome.error ?? { code: toErrorMessage(error).code };
      this.#outcome = { status: outcome.status, reason, error: { ...known, message: reason } };
    }
  }

  #setStatus(status: RunStatus, reason: string): void {
    // A run that does not go on after all is again what it was, whatever may follow otherwise.
    if (status !== this.#resumption?.status) assertTransition(this.runId, this.#status, status);
    this.#status = status;
    this.#supervision.store.setRunStatus(this.runId, status, reason);
    this.#emit({ type: 'status', status, reason });
  }

  #emit(body: EventBody): void {
    guarded(() => this.#supervision.listener({ ...body, run: this.runId })); // an event's body and the run make the event
  }
}

function refuseForeign(message: FromOtherPurposes): never {
  throw new FolioError('internal', `the training process sent "${message.type}", which is not about training`);
}

function assertSettled(): never {
  throw new FolioError('internal', 'a training ended without an outcome');
}
