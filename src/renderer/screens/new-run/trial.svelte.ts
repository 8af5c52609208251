/** A few steps with the form's settings: what they showed, and with which settings. */
import { runJob } from '../../../shared/contract/client.ts';
import type { Trial } from '../../../shared/contract/training.ts';
import type { RunConfig } from '../../../shared/config.ts';
import type { EngineChoice } from '../../../shared/domain.ts';
import { toErrorMessage } from '../../../shared/errors.ts';
import type { ErrorMessage } from '../../../shared/errors.ts';
import type { Folio } from '../../state/folio.svelte.ts';

export interface TrialSettings {
  readonly corpusId: number;
  readonly config: RunConfig;
  readonly engine: EngineChoice;
}

export type TrialPhase = 'starting' | 'measuring' | 'writing';

export class TrialRunner {
  readonly #folio: Folio;
  #phase: TrialPhase | null = $state(null);
  #result: { readonly trial: Trial; readonly key: string } | null = $state.raw(null);
  #failed: { readonly error: ErrorMessage; readonly key: string } | null = $state.raw(null);
  #controller: AbortController | null = null;

  constructor(folio: Folio) {
    this.#folio = folio;
  }

  /** What it is doing; null when nothing is being tried. */
  get phase(): TrialPhase | null {
    return this.#phase;
  }

  get trial(): Trial | null {
    return this.#result?.trial ?? null;
  }

  get error(): ErrorMessage | null {
    return this.#failed?.error ?? null;
  }

  /** Whether the last trial's result is of exactly these settings. */
  isOf(key: string): boolean {
    return this.#result?.key === key;
  }

  /** Whether these settings were tried, with whatever outcome. */
  wasTried(key: string): boolean {
    return this.#result?.key === key || this.#failed?.key === key;
  }

  async run(settings: TrialSettings): Promise<void> {
    this.cancel();
    const controller = new AbortController();
    this.#controller = controller;
    const key = trialKey(settings);
    this.#phase = 'starting';
    this.#failed = null;
    const told = ({ phase }: { phase: TrialPhase }): void => {
      if (this.#controller === controller) this.#phase = phase;
    };
    try {
      const trial = await runJob(this.#folio.client, 'training:trial', settings, told, controller.signal);
      this.#result = { trial, key };
    } catch (error) {
      const failed = toErrorMessage(error);
      if (failed.code !== 'cancelled') this.#failed = { error: failed, key };
    } finally {
      if (this.#controller === controller) {
        this.#controller = null;
        this.#phase = null;
      }
    }
  }

  /** Its process ends. */
  cancel(): void {
    this.#controller?.abort();
    this.#controller = null;
    this.#phase = null;
  }
}

/** Two forms with the same key would be tried alike: how long a run is and how it learns make no difference. */
export function trialKey({ corpusId, config, engine }: TrialSettings): string {
  const { cell, layers, units, embeddingSize, dropout, weightDrop } = config;
  const { batching, carryState, sequenceLength, batchSize } = config;
  const { optimizer, clipNorm, precision, seed, validationFraction, prompts, temperatures } = config;
  const network = [cell, layers, units, embeddingSize, dropout, weightDrop];
  const reading = [batching, carryState, sequenceLength, batchSize];
  const rest = [optimizer, clipNorm > 0, precision, seed, validationFraction, prompts[0], temperatures[0]];
  return JSON.stringify([corpusId, engine, network, reading, rest]);
}
