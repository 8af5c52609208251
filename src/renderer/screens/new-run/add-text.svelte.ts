/** A text on its way into the record: from a dialog or dropped on the page. */
import { runJob } from '../../../shared/contract/client.ts';
import type { ChosenFile } from '../../../shared/contract/app.ts';
import type { BytesProgress } from '../../../shared/contract/corpora.ts';
import type { Folio } from '../../state/folio.svelte.ts';

export class TextAdder {
  readonly #folio: Folio;
  /** Called with the text that was added. */
  readonly #added: (corpus: number) => void;
  #reading: (BytesProgress & { readonly name: string }) | null = $state.raw(null);
  #controller: AbortController | null = null;

  constructor(folio: Folio, added: (corpus: number) => void) {
    this.#folio = folio;
    this.#added = added;
  }

  /** The text that is being read; null while none is. */
  get reading(): (BytesProgress & { readonly name: string }) | null {
    return this.#reading;
  }

  async choose(): Promise<void> {
    await this.#folio.notices.guard(() => this.#take(() => this.#folio.connection.openFile('text')));
  }

  async drop(file: File): Promise<void> {
    await this.#folio.notices.guard(() => this.#take(() => this.#folio.connection.adopt(file)));
  }

  cancel(): void {
    this.#controller?.abort();
  }

  async #take(choose: () => Promise<ChosenFile | null>): Promise<void> {
    if (this.#reading !== null) return;
    const file = await choose();
    if (file === null) return;
    const controller = new AbortController();
    this.#controller = controller;
    const show = ({ doneBytes, totalBytes }: BytesProgress): void => {
      this.#reading = { name: file.name, doneBytes, totalBytes };
    };
    show({ doneBytes: 0, totalBytes: file.bytes ?? 0 });
    try {
      const added = await runJob(this.#folio.client, 'corpora:add', { file: file.handle }, show, controller.signal);
      this.#added(added.id);
    } finally {
      this.#reading = null;
      this.#controller = null;
    }
  }
}
