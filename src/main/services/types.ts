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
import type { TrainingEvent } from '../../shared/events.ts';
import type { FromTrainer, ToTrainer } from '../trainer/messages.ts';

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

export interface TrainingService {
  /** Refused ('busy') while another run trains in this process. Events begin with `created`. */
  start(request: StartTraining, listener: (event: TrainingEvent) => void): Promise<TrainingHandle>;
  /** `keepEvery` as in {@link StartTraining}. */
  resume(
    runId: number,
    engine: EngineChoice,
    listener: (event: TrainingEvent) => void,
    keepEvery?: number,
  ): Promise<TrainingHandle>;
}

export interface GenerateOptions {
  readonly runId: number;
  readonly epoch: number | 'best' | 'last';
  readonly prompt: string;
  readonly unknown: 'refuse' | 'drop';
  readonly settings: SampleSettings;
  readonly count: number;
  readonly engine: EngineChoice;
}

export interface GenerationService {
  /** Streams through `grown`, then resolves. The samples are stored, or `notStored` says why they are not (then their ids are 0). */
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
  close(): void;
}

export interface CorpusService {
  /** The built-in Shakespeare, stored on first use. */
  builtin(): Promise<CorpusInfo>;
  /** Reads, decodes, checks and stores a text file. Throws FolioError 'corpus' or 'file'. */
  add(file: string, progress?: (doneBytes: number, totalBytes: number) => void): Promise<CorpusInfo>;
  list(): CorpusInfo[];
  /** How often each character of a stored text occurs, sorted by code point. Reads it whole: about 10 ms a million characters. */
  counts(id: number): ReadonlyMap<string, number>;
}

export interface EngineService {
  probe(engines?: readonly EngineName[]): Promise<EngineReport[]>;
  install(
    build: 'cpu' | 'cuda',
    progress: (message: Extract<FromTrainer, { type: 'install-progress' }>) => void,
    signal?: AbortSignal,
  ): Promise<Readonly<Record<string, string>>>;
}

export interface ExchangeService {
  /** Writes a safetensors file with Keras's names; returns bytes written. Never leaves half a file. */
  exportWeights(runId: number, epoch: number | 'best' | 'last', file: string): Promise<number>;
  /** Reads one into a new, finished run. */
  importWeights(file: string, name?: string): Promise<number>;
}
