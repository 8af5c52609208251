/** One process that chooses its engine: what it is not to open, what it opens, and what its death says about the graphics card. */
import type { EngineChoice, EngineName, EngineReport } from '../../shared/domain.ts';
import { FolioError, toErrorMessage } from '../../shared/errors.ts';
import type { ErrorMessage } from '../../shared/errors.ts';
import type { FromTrainer } from '../trainer/messages.ts';
import type { AutoEngines } from './auto-engines.ts';
import { isCrash } from './trainer-exit.ts';
import type { TrainerExit } from './trainer-exit.ts';

/** What is told with the end of a process that webgpu took with it. */
export const LEFT_OUT_HINT =
  'From now on auto leaves the graphics card out, until its driver changes or the engines are tried again. `folio engines` tries them.';

/** What is told with the end of a process that ended before TensorFlow was ready. */
export const AT_LOAD_HINT =
  'Perhaps TensorFlow is damaged, or does not run on this computer. The wasm engine computes without it. `folio engines` tries both.';

export class EngineWatch {
  readonly #auto: AutoEngines;
  readonly #choice: EngineChoice;
  readonly #end = new AbortController();
  #at: EngineName | null = null;
  #isReady = false;

  constructor(auto: AutoEngines, choice: EngineChoice) {
    this.#auto = auto;
    this.#choice = choice;
    if (choice !== 'auto') this.#at = choice; // at once, and without a word
  }

  /** See {@link AutoEngines.leftOut}. */
  leftOut(trying?: () => void): Promise<readonly EngineReport[]> {
    return this.#auto.leftOut(this.#choice, trying, this.#end.signal);
  }

  /** Nobody waits for the engine any more: a trial of the graphics card is given up. */
  stop(): void {
    this.#end.abort();
  }

  /** What the process says, all of it. */
  hear(message: FromTrainer): void {
    if (message.type === 'opening') this.#at = message.engine;
    else if (message.type === 'ready' || message.type === 'loaded') {
      this.#at = message.report.engine;
      this.#isReady = true;
    } else if (message.type === 'trial-phase') this.#isReady = true;
  }

  /** It ended by itself. Returns what to tell beside the reason; undefined where the engine has nothing to do with it. */
  died(exit: TrainerExit, reason: string): string | undefined {
    return isCrash(exit) ? (this.lost(reason) ?? this.#brokeAtLoad(reason)) : undefined;
  }

  /** It lost its device, or answers no more. As {@link died}. */
  lost(reason: string): string | undefined {
    if (this.#choice !== 'auto' || this.#at !== 'webgpu') return undefined;
    this.#auto.lost(reason);
    return LEFT_OUT_HINT;
  }

  /** TensorFlow is expected to run where its files are there (engine-files.ts); from now on only where it was tried again. */
  #brokeAtLoad(reason: string): string | undefined {
    if (this.#isReady || this.#at !== 'tensorflow') return undefined;
    this.#auto.doubted('tensorflow', reason);
    return AT_LOAD_HINT;
  }

  /** An error that it reports: a lost device is the card's. One of an engine that could not be opened says itself what to do. */
  explained(error: ErrorMessage): ErrorMessage {
    if (error.code === 'engine') this.#brokeAtLoad(error.message);
    const hint = error.code === 'trainer-died' ? this.lost(error.message) : undefined;
    return hint === undefined ? error : withHint(error, hint);
  }

  /** What a question to the process failed with, with what it says about the card. */
  failed(error: unknown, exit: TrainerExit | null): unknown {
    if (!(error instanceof FolioError) || (exit !== null && !isCrash(exit))) return error;
    const explained = this.explained(toErrorMessage(error));
    const atLoad = exit !== null && explained.hint === error.hint ? this.#brokeAtLoad(error.message) : undefined;
    const { code, message, hint } = atLoad === undefined ? explained : withHint(explained, atLoad);
    return hint === error.hint ? error : new FolioError(code, message, hint, { cause: error });
  }
}

function withHint(error: ErrorMessage, hint: string): ErrorMessage {
  return { ...error, hint: error.hint === undefined ? hint : `${error.hint} ${hint}` };
}
