/** What computes here, as it was last tried. */
import { runJob } from '../../shared/contract/client.ts';
import type { FolioClient } from '../../shared/contract/index.ts';
import type { EngineReport } from '../../shared/domain.ts';
import { fastestOf } from '../../shared/engine-choice.ts';

export class Engines {
  readonly #client: FolioClient;
  #reports: readonly EngineReport[] = $state.raw([]);
  #at: number | null = $state(null);
  #probing = $state(false);

  constructor(client: FolioClient) {
    this.#client = client;
  }

  get reports(): readonly EngineReport[] {
    return this.#reports;
  }

  /** When they were tried; null for never. */
  get at(): number | null {
    return this.#at;
  }

  get probing(): boolean {
    return this.#probing;
  }

  /** What `auto` would take for a training. */
  readonly fastest: EngineReport | null = $derived(fastestOf(this.#reports));

  async start(): Promise<void> {
    const { reports, at } = await this.#client.request('engines:known', {});
    this.#reports = reports;
    this.#at = at;
  }

  /** Asks again what is known, when something else has tried one: a training, or a writing. */
  async refresh(): Promise<void> {
    if (!this.#probing) await this.start();
  }

  /** Tries them all, one after the other. Rejects with what went wrong, or when the signal is aborted. */
  async probe(signal?: AbortSignal): Promise<void> {
    this.#probing = true;
    try {
      this.#reports = await runJob(
        this.#client,
        'engines:probe',
        {},
        (report) => {
          this.#reports = [...this.#reports.filter(({ engine }) => engine !== report.engine), report];
        },
        signal,
      );
      this.#at = Date.now();
    } finally {
      this.#probing = false;
    }
  }
}
