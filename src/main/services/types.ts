/** What the program can do, as the command line and (through the contract) the windows call it. app.ts puts them together. */
import type { RunConfig } from '../../shared/config.ts';
import type {
  CorpusInfo,
  EngineChoice,
  EngineName,
  EngineReport,
  Sample,
  SampleSettings,
} from '../../shared/domain.ts';
import type { FolioError } from '../../shared/errors.ts';
import type { TrainingEvent } from '../../shared/events.ts';
import type { LiveTraining } from '../../shared/live.ts';
import type { PlannedKey } from '../../shared/presets.ts';
import type { FromTrainer, ToTrainer } from '../trainer/messages.ts';
import type { TensorFlowFiles } from './engine-files.ts';
import type { TrainingNews } from './live-training.ts';
import type { RememberedRun } from './resume-at-start.ts';
import type { ResumeChanges } from './resume-changes.ts';

/** A running process that owns tensors. Its death never takes this process with it. */
export interface TrainerProcess {
  readonly pid: number | undefined;
  /** Resolves when the message has been handed over; a caller that sends much awaits it. */
  send(message: ToTrainer): Promise<void>;
  onMessage(listener: (message: FromTrainer) => void): void;
  /** Called once. `code` is null when a signal ended it. `stderr` is the end of what it wrote there. */
  onExit(listener: (code: number | null, signal: string | null, stderr: string) => void): void;
  kill(signal?: 'SIGTERM' | 'SIGKILL'): void;
}

/** Starts such a process: child_process in headless/, utilityProcess in desktop/. */
export type StartTrainer = (purpose: 'training' | 'generation' | 'probe') => TrainerProcess;

export interface StartTraining {
  readonly name?: string;
  readonly preset: string;
  readonly corpusId: number;
  readonly config: RunConfig;
  /** Settings that the person has named, though they may be the preset's own: `best` leaves them as they are. */
  readonly named?: readonly PlannedKey[];
  readonly engine: EngineChoice;
  /** Of every so many epochs one keeps its weights, beside the best and the last; all by default. */
  readonly keepEvery?: number;
}

export interface TrainingHandle {
  readonly runId: number;
  pause(): void;
  continue(): void;
  /** Saves and ends; the run becomes `stopped`. */
  stop(): void;
  /** Resolves with the `finished` event; never rejects. */
  readonly done: Promise<Extract<TrainingEvent, { type: 'finished' }>>;
}

/** The training under way. */
export interface ActiveTraining {
  readonly runId: number;
  readonly handle: TrainingHandle;
  /** Where it stands now. */
  readonly snapshot: LiveTraining;
}

export interface TrainingService {
  /** Refused ('busy') while another run trains in this process. Events begin with `created`. */
  start(request: StartTraining, listener: (event: TrainingEvent) => void): Promise<TrainingHandle>;
  /**
   * Goes on from the last whole checkpoint. `keepEvery` as in {@link StartTraining}; without it, as the run was started with. With
   * `changes`, the run keeps the changed settings; without them it computes what it would have without the stop. A finished run is
   * refused ('config') unless the changes leave it something to do: more epochs, steps or minutes.
   */
  resume(
    runId: number,
    engine: EngineChoice,
    listener: (event: TrainingEvent) => void,
    keepEvery?: number,
    changes?: ResumeChanges,
  ): Promise<TrainingHandle>;
  /** Null while nothing trains in this process. */
  active(): ActiveTraining | null;
  /** Every event of whatever run is trained here, after the listener that started it. Returns the way to leave. */
  subscribe(listener: (event: TrainingEvent) => void): () => void;
  /** Where the training stands and what happened since the last time: steps once a second, all else at most ten times. Returns the way to leave. */
  subscribeNews(listener: (news: TrainingNews) => void): () => void;
  /**
   * Before the program quits: the training under way saves and stops, and is remembered for the next start. One that does not
   * answer in time is ended; its last checkpoint stays. Never rejects. `close` is still to be called.
   */
  shutDown(): Promise<void>;
  /** The run that the last `shutDown` stopped, while it can be resumed. */
  resumeOffer(): RememberedRun | null;
  /** The offer was declined. (A run that is resumed is no longer offered.) */
  declineOffer(): void;
}

export interface GenerateOptions {
  readonly runId: number;
  readonly epoch: number | 'best' | 'last';
  readonly prompt: string;
  readonly unknown: 'refuse' | 'drop';
  readonly settings: SampleSettings;
  /**
   * Texts written at once. To write a stored sample again, give its `streams` here and take the text of its `stream`: each stream has random
   * numbers of its own, but several at once are computed in another order than one alone, and the last bit of a number may decide.
   */
  readonly count: number;
  readonly engine: EngineChoice;
}

export interface GenerationService {
  /**
   * Has the weights ready in the generation process, so that the first character comes at once. Throws FolioError 'cancelled' when
   * something else was asked for before its turn came.
   */
  warm(options: Pick<GenerateOptions, 'runId' | 'epoch' | 'engine'>): Promise<{
    readonly report: EngineReport;
    readonly rejected: readonly EngineReport[];
  }>;
  /**
   * Writes a stored text again with its own weights, settings, engine and number of streams, and compares. Nothing is stored.
   * Throws FolioError 'not-found' when its weights are gone, 'engine' when its engine is.
   */
  reproduce(
    options: { readonly sampleId: number; readonly runId: number },
    grown: (stream: number, text: string) => void,
    signal: AbortSignal,
  ): Promise<{
    readonly same: boolean;
    readonly text: string;
    /** In characters from 0; null when they are the same. */
    readonly differsAt: number | null;
    readonly report: EngineReport;
  }>;
  /**
   * Streams through `grown`, then resolves. The samples are stored, or `notStored` says why they are not (then their ids are 0). `stopped` says
   * why the program ended it early; null when it did not.
   */
  generate(
    options: GenerateOptions,
    grown: (stream: number, text: string) => void,
    signal: AbortSignal,
  ): Promise<{
    readonly samples: readonly Sample[];
    readonly notStored: string | null;
    readonly charactersPerSecond: number;
    readonly report: EngineReport;
    readonly rejected: readonly EngineReport[];
    readonly dropped: readonly string[];
    readonly cancelled: boolean;
    readonly stopped: string | null;
  }>;
  evaluate(
    options: {
      readonly runId: number;
      readonly epoch: number | 'best' | 'last';
      readonly file: string;
      readonly unknown: 'refuse' | 'drop';
      readonly engine: EngineChoice;
    },
    progress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<{
    readonly nats: number;
    readonly bits: number;
    readonly perplexity: number;
    /** Of what was read, without what was left out. */
    readonly characters: number;
    /** The distinct characters that were left out because the run does not know them. */
    readonly dropped: readonly string[];
  }>;
  /**
   * Ends all that is written and measured; what was written is stored.
   *
   * @param reason what is told of it
   * @returns settles when that is through; null when nothing is under way
   */
  stop(reason: FolioError): Promise<void> | null;
  close(): void;
}

export interface CorpusListing extends CorpusInfo {
  /** Runs that learnt from it, deleted ones left out. */
  readonly runs: number;
  readonly builtin: boolean;
}

export interface AddCorpusOptions {
  /** The file's name by default. A text that is there already keeps the name that it has. */
  readonly name?: string | undefined;
  /** Aborted: FolioError 'cancelled', and nothing of it is stored. */
  readonly signal?: AbortSignal | undefined;
  /** Of the text that is wanted: any other is refused with what this gives, and not stored. */
  readonly wanted?: { readonly sha256: string; readonly refusal: (sha256: string) => FolioError } | undefined;
}

export interface CorpusService {
  /** The built-in Shakespeare, stored on first use. */
  builtin(): Promise<CorpusInfo>;
  /** Reads, decodes, checks and stores a text file. Throws FolioError 'corpus' or 'file'. */
  add(
    file: string,
    progress?: (doneBytes: number, totalBytes: number) => void,
    options?: AddCorpusOptions,
  ): Promise<CorpusInfo>;
  /** The newest first. */
  list(): CorpusListing[];
  /**
   * How often each character of a stored text occurs, sorted by code point. Reads it whole with other work in between, about 10 ms a
   * million characters, and remembers it.
   */
  counts(id: number): Promise<ReadonlyMap<string, number>>;
  /** The opening of a text: at most so many characters. */
  excerpt(id: number, maxCharacters: number): string;
  rename(id: number, name: string): void;
  /** Deletes with a way back. Returns the bytes that will be freed. Throws FolioError 'busy', naming the runs that use it. */
  remove(id: number): number;
  /** Takes {@link remove} back. Throws FolioError 'not-found' for what is gone for good. */
  restore(id: number): void;
}

/** What the last probe found. */
export interface KnownEngines {
  readonly reports: readonly EngineReport[];
  /** When; null for never. */
  readonly at: number | null;
}

export interface EngineService {
  /**
   * Tries each engine in a process of its own, all by default; `found` hears of each as it is known. Aborted: FolioError 'cancelled'.
   * Refused ('busy') while a training of this process computes, also when it begins meanwhile: what was measured beside it is not kept.
   */
  probe(
    engines?: readonly EngineName[],
    found?: (report: EngineReport) => void,
    signal?: AbortSignal,
  ): Promise<EngineReport[]>;
  known(): KnownEngines;
  /** Whether TensorFlow can be expected to run, without trying it: see engine-files.ts. */
  tensorFlowFiles(): Promise<TensorFlowFiles>;
  install(
    build: 'cpu' | 'cuda',
    progress: (message: Extract<FromTrainer, { type: 'install-progress' }>) => void,
    signal?: AbortSignal,
  ): Promise<Readonly<Record<string, string>>>;
}

export interface ExchangeService {
  // Each ends with FolioError 'cancelled' when its signal is aborted, and leaves nothing behind.
  /** Writes a safetensors file with Keras's names. Never leaves half a file. */
  exportWeights(
    runId: number,
    epoch: number | 'best' | 'last',
    file: string,
    signal?: AbortSignal,
  ): Promise<{ readonly bytes: number; readonly replaced: boolean }>;
  /** Writes every logged step as comma-separated values; returns bytes written. Never leaves half a file. */
  exportMetrics(runId: number, file: string, signal?: AbortSignal): Promise<number>;
  /** The same for several runs in one table, each line with its run's number and name. */
  exportCurves(runIds: readonly number[], file: string, signal?: AbortSignal): Promise<number>;
  /** Reads one into a new, finished run. */
  importWeights(file: string, name?: string, signal?: AbortSignal): Promise<number>;
}
