/** Installing TensorFlow: one at a time, going on while one looks at another screen. */
import { runJob } from '../../../shared/contract/client.ts';
import type { InstallProgress } from '../../../shared/contract/engines.ts';
import { toErrorMessage } from '../../../shared/errors.ts';
import type { ErrorMessage } from '../../../shared/errors.ts';
import type { Folio } from '../../state/folio.svelte.ts';

export class Installation {
  readonly #folio: Folio;
  #abort: AbortController | null = $state.raw(null);
  #progress: InstallProgress | null = $state.raw(null);
  #failure: ErrorMessage | null = $state.raw(null);
  #done = $state(false);

  constructor(folio: Folio) {
    this.#folio = folio;
  }

  get running(): boolean {
    return this.#abort !== null;
  }

  get progress(): InstallProgress | null {
    return this.#progress;
  }

  get failure(): ErrorMessage | null {
    return this.#failure;
  }

  get done(): boolean {
    return this.#done;
  }

  async start(build: 'cpu' | 'cuda'): Promise<void> {
    if (this.#abort !== null) return;
    const abort = new AbortController();
    this.#abort = abort;
    this.#progress = null;
    this.#failure = null;
    this.#done = false;
    try {
      const heard = (progress: InstallProgress): void => {
        this.#progress = progress;
      };
      await runJob(this.#folio.client, 'engines:install', { build }, heard, abort.signal);
      this.#done = true;
    } catch (error) {
      if (!abort.signal.aborted) this.#failure = toErrorMessage(error);
    } finally {
      this.#abort = null;
    }
  }

  cancel(): void {
    this.#abort?.abort();
  }
}

const installations = new WeakMap<Folio, Installation>();

export function installationOf(folio: Folio): Installation {
  const installation = installations.get(folio) ?? new Installation(folio);
  installations.set(folio, installation);
  return installation;
}
