/** Builds of TensorFlow and the CUDA pack: what is there, and the one installation, which goes on while one looks at another screen. */
import { runJob } from '../../../shared/contract/client.ts';
import type { EngineInventory, PackProgress } from '../../../shared/contract/packs.ts';
import { toErrorMessage } from '../../../shared/errors.ts';
import type { ErrorMessage } from '../../../shared/errors.ts';
import type { Folio } from '../../state/folio.svelte.ts';

type Source = { readonly address: string } | { readonly files: string[] };

export class Packs {
  readonly #folio: Folio;
  #inventory: EngineInventory | null = $state.raw(null);
  #abort: AbortController | null = $state.raw(null);
  #progress: PackProgress | null = $state.raw(null);
  #failure: ErrorMessage | null = $state.raw(null);
  /** What the last installation found to compute on. */
  #found: 'GPU' | 'CPU' | null = $state(null);
  /** The file that a browser hands over. */
  #handing: string | null = $state(null);

  constructor(folio: Folio) {
    this.#folio = folio;
  }

  /** Null until it is known. */
  get inventory(): EngineInventory | null {
    return this.#inventory;
  }

  get running(): boolean {
    return this.#abort !== null;
  }

  get progress(): PackProgress | null {
    return this.#progress;
  }

  get failure(): ErrorMessage | null {
    return this.#failure;
  }

  get found(): 'GPU' | 'CPU' | null {
    return this.#found;
  }

  get handing(): string | null {
    return this.#handing;
  }

  async load(): Promise<void> {
    const found = await this.#folio.notices.guard(() => this.#folio.client.request('packs:list', {}));
    if (found !== null) this.#inventory = found;
  }

  async install(source: Source): Promise<void> {
    if (this.#abort !== null) return;
    const abort = new AbortController();
    this.#abort = abort;
    this.#progress = null;
    this.#failure = null;
    this.#found = null;
    try {
      const heard = (progress: PackProgress): void => {
        this.#progress = progress;
      };
      const details = await runJob(this.#folio.client, 'packs:install', { source }, heard, abort.signal);
      this.#found = details['device'] === 'GPU' ? 'GPU' : 'CPU';
    } catch (error) {
      if (!abort.signal.aborted) this.#failure = toErrorMessage(error);
    } finally {
      this.#abort = null;
      await this.load();
    }
  }

  /** Lets the person choose the files, then installs from them. */
  async choose(): Promise<void> {
    const { connection, client, notices } = this.#folio;
    const chosen = await notices.guard(() =>
      connection.openFiles('pack', (name) => {
        this.#handing = name;
      }),
    );
    this.#handing = null;
    if (chosen === null || chosen.length === 0) return;
    await this.install({ files: chosen.map(({ handle }) => handle) });
    for (const { handle } of chosen) await notices.guard(() => client.request('files:release', { handle }));
  }

  cancel(): void {
    this.#abort?.abort();
  }

  async remove(id: string): Promise<void> {
    const { client, notices, words, format } = this.#folio;
    const freed = await notices.guard(() => client.request('packs:remove', { id }));
    if (freed !== null) notices.say(words.packs.removed(format.bytes(freed.bytes)));
    this.#found = null;
    await this.load();
  }

  async discard(): Promise<void> {
    const { client, notices, words, format } = this.#folio;
    const freed = await notices.guard(() => client.request('packs:discard', {}));
    if (freed !== null) notices.say(words.packs.discarded(format.bytes(freed.bytes)));
    await this.load();
  }
}

const all = new WeakMap<Folio, Packs>();

export function packsOf(folio: Folio): Packs {
  const packs = all.get(folio) ?? new Packs(folio);
  all.set(folio, packs);
  return packs;
}
