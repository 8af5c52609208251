/** Whether the weights are ready in the generation process, and what computes there. */
import type { Warmed } from '../../../shared/contract/writing.ts';
import type { EngineChoice } from '../../../shared/domain.ts';
import { toErrorMessage } from '../../../shared/errors.ts';
import type { ErrorMessage } from '../../../shared/errors.ts';
import type { Folio } from '../../state/folio.svelte.ts';
import type { EpochChoice } from './checkpoints.ts';

export type Warm =
  | { readonly state: 'cold' }
  | { readonly state: 'warming' }
  | { readonly state: 'ready'; readonly seconds: number | null; readonly warmed: Warmed }
  | { readonly state: 'failed'; readonly error: ErrorMessage };

/** One who leafs through epochs does not want all of them. */
const PAUSE_MS = 250;

export class Warmth {
  readonly #folio: Folio;
  #now: Warm = $state.raw({ state: 'cold' });
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last = '';
  #turn = 0;

  constructor(folio: Folio) {
    this.#folio = folio;
  }

  get now(): Warm {
    return this.#now;
  }

  /** Has these weights loaded, unless they are. */
  want(run: number, epoch: EpochChoice, engine: EngineChoice, again = false): void {
    const wanted = `${run} ${epoch} ${engine}`;
    if (wanted === this.#last && !again) return;
    this.#last = wanted;
    const turn = ++this.#turn;
    this.#now = { state: 'warming' };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#warm(turn, { run, epoch, engine }), PAUSE_MS);
  }

  /** What a writing told about it. */
  learn({ report, rejected }: Warmed): void {
    this.#turn++;
    this.#tellEngines(report);
    const seconds = this.#now.state === 'ready' ? this.#now.seconds : null;
    this.#now = { state: 'ready', seconds, warmed: { report, rejected } };
  }

  /** The program remembers what it tried; the window asks for it where it does not know this engine yet. */
  #tellEngines({ engine }: Warmed['report']): void {
    const { engines, notices } = this.#folio;
    if (engines.reports.some((report) => report.engine === engine && report.available)) return;
    void notices.guard(() => engines.refresh());
  }

  async #warm(turn: number, payload: { run: number; epoch: EpochChoice; engine: EngineChoice }): Promise<void> {
    const start = performance.now();
    try {
      const warmed = await this.#folio.client.request('writing:warm', payload);
      const seconds = (performance.now() - start) / 1000;
      this.#tellEngines(warmed.report);
      if (turn === this.#turn) this.#now = { state: 'ready', seconds, warmed };
    } catch (error) {
      if (turn !== this.#turn) return;
      const known = toErrorMessage(error);
      this.#now = known.code === 'cancelled' ? { state: 'cold' } : { state: 'failed', error: known };
      this.#last = '';
    }
  }
}
