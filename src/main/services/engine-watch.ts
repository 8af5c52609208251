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

export class EngineWatch {
  readonly #auto: AutoEngines;
  readonly #choice: EngineChoice;
  readonly #end = new AbortController();
  #at: EngineName | null = null;

  constructor(auto: AutoEngines, choice: EngineChoice) {
    this.#auto = auto;
    this.#choice = choice;
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
    else if (message.type === 'ready' || message.type === 'loaded') this.#at = message.report.engine;
  }

  /** It ended by itself. Returns what to tell beside the reason; undefined where the card has nothing to do with it. */
  died(exit: TrainerExit, reason: string): string | undefined {
    return isCrash(exit) ? this.lost(reason) : undefined;
  }

  /** It lost its device, or answers no more. As {@link died}. */
  lost(reason: string): string | undefined {
    if (this.#choice !== 'auto' || this.#at !== 'webgpu') return undefined;
    this.#auto.lost(reason);
    return LEFT_OUT_HINT;
  }

  /** An error that it reports: a lost device is the card's. */
  explained(error: ErrorMessage): ErrorMessage {
    if (error.code !== 'trainer-died' || this.lost(error.message) === undefined) return error;
    return { ...error, hint: error.hint === undefined ? LEFT_OUT_HINT : `${error.hint} ${LEFT_OUT_HINT}` };
  }

  /** What a question to the process failed with, with what it says about the card. */
  failed(error: unknown, exit: TrainerExit | null): unknown {
    if (!(error instanceof FolioError) || (exit !== null && !isCrash(exit))) return error;
    const { code, message, hint } = this.explained(toErrorMessage(error));
    return hint === error.hint ? error : new FolioError(code, message, hint, { cause: error });
  }
}
