/** Builds of TensorFlow and the CUDA pack: what is there, and the one installation, which goes on while one looks at another screen. */
import { runJob } from '../../../shared/contract/client.ts';
import type { EngineInventory, PackProgress } from '../../../shared/contract/packs.ts';
import type { Folio } from '../../state/folio.svelte.ts';
import { LongJob } from '../../state/long-job.svelte.ts';

type Source = { readonly address: string } | { readonly files: string[] };

export class Packs {
  readonly #folio: Folio;
  #inventory: EngineInventory | null = $state.raw(null);
  /** Its result: what the last installation found to compute on. */
  readonly job = new LongJob<PackProgress, 'GPU' | 'CPU'>();
  /** The file that a browser hands over. */
  #handing: string | null = $state(null);

  constructor(folio: Folio) {
    this.#folio = folio;
  }

  /** Null until it is known. */
  get inventory(): EngineInventory | null {
    return this.#inventory;
  }

  get handing(): string | null {
    return this.#handing;
  }

  async load(): Promise<void> {
    const found = await this.#folio.notices.guard(() => this.#folio.client.request('packs:list', {}));
    if (found !== null) this.#inventory = found;
  }

  async install(source: Source): Promise<void> {
    if (this.job.running) return;
    await this.job.start(async (heard, signal) => {
      const details = await runJob(this.#folio.client, 'packs:install', { source }, heard, signal);
      return details['device'] === 'GPU' ? 'GPU' : 'CPU';
    });
    await this.load();
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

  async remove(id: string): Promise<void> {
    const { client, notices, words, format } = this.#folio;
    const freed = await notices.guard(() => client.request('packs:remove', { id }));
    if (freed !== null) notices.say(words.packs.removed(format.bytes(freed.bytes)));
    this.job.forgetResult();
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
