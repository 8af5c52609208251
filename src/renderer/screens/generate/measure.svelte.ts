/** A checkpoint's loss on a text file of the person's choice. */
import type { ChosenFile } from '../../../shared/contract/app.ts';
import { runJob } from '../../../shared/contract/client.ts';
import type { Evaluated } from '../../../shared/contract/writing.ts';
import type { EngineChoice } from '../../../shared/domain.ts';
import { toErrorMessage } from '../../../shared/errors.ts';
import type { ErrorMessage } from '../../../shared/errors.ts';
import type { Folio } from '../../state/folio.svelte.ts';
import type { EpochChoice } from './checkpoints.ts';

export interface Measured {
  readonly file: string;
  readonly run: string;
  readonly epoch: number;
  readonly result: Evaluated;
}

export class Measure {
  readonly #folio: Folio;
  #file: ChosenFile | null = $state.raw(null);
  #abort: AbortController | null = $state.raw(null);
  #share: number | null = $state(null);
  /** The newest first: the same text beside several epochs. */
  #measured: readonly Measured[] = $state.raw([]);
  #failure: ErrorMessage | null = $state.raw(null);

  constructor(folio: Folio) {
    this.#folio = folio;
  }

  get file(): ChosenFile | null {
    return this.#file;
  }

  get running(): boolean {
    return this.#abort !== null;
  }

  /** 0 to 1; null before the first word of it. */
  get share(): number | null {
    return this.#share;
  }

  get measured(): readonly Measured[] {
    return this.#measured;
  }

  get failure(): ErrorMessage | null {
    return this.#failure;
  }

  /** Whether a file was chosen. */
  async choose(): Promise<boolean> {
    const { connection, client, notices } = this.#folio;
    const file = await notices.guard(() => connection.openFile('text'));
    if (file === null) return false;
    const before = this.#file;
    this.#file = file;
    this.#failure = null;
    if (before !== null) void client.request('files:release', { handle: before.handle }).catch(() => undefined);
    return true;
  }

  async start(
    what: { readonly run: number; readonly epoch: EpochChoice; readonly engine: EngineChoice },
    named: { readonly run: string; readonly epoch: number },
  ): Promise<void> {
    const file = this.#file;
    if (file === null || this.#abort !== null) return;
    const abort = new AbortController();
    this.#abort = abort;
    this.#share = null;
    this.#failure = null;
    try {
      const result = await runJob(
        this.#folio.client,
        'writing:evaluate',
        { ...what, file: file.handle, unknown: 'drop' },
        ({ done, total }) => {
          this.#share = total > 0 ? done / total : null;
        },
        abort.signal,
      );
      this.#measured = [{ file: file.name, ...named, result }, ...this.#measured].slice(0, 12);
    } catch (error) {
      if (!abort.signal.aborted) {
        this.#failure = toErrorMessage(error);
      }
    } finally {
      this.#abort = null;
    }
  }

  cancel(): void {
    this.#abort?.abort();
  }
}
