/** Whether there is a newer Folio, as far as the program has asked. */
import type { FolioClient } from '../../shared/contract/index.ts';
import type { Release, UpdateState } from '../../shared/contract/updates.ts';

const UNKNOWN: UpdateState = {
  on: false,
  address: '',
  checking: false,
  checkedAt: null,
  outcome: null,
  found: null,
  announce: false,
};

export class Updates {
  readonly #client: FolioClient;
  #state: UpdateState = $state.raw(UNKNOWN);
  #announced = '';

  constructor(client: FolioClient) {
    this.#client = client;
  }

  get state(): UpdateState {
    return this.#state;
  }

  /** @param announce says, once, that there is this release; the program found it by itself */
  async start(announce: (release: Release) => void): Promise<void> {
    const take = (state: UpdateState): void => {
      this.#state = state;
      if (!state.announce || state.found === null || state.found.version === this.#announced) return;
      const { version } = state.found;
      this.#announced = version;
      announce(state.found);
      // When that cannot be kept, the next window says it again.
      this.#client.request('updates:told', { version }).catch(() => undefined);
    };
    this.#client.subscribe('updates:changed', {}, (delivery) => {
      if (delivery.kind === 'event') take(delivery.event);
    });
    take(await this.#client.request('updates:state', {}));
  }

  /** Rejects with why the address cannot be asked. */
  async set(change: { readonly on?: boolean; readonly address?: string }): Promise<void> {
    this.#state = await this.#client.request('updates:set', change);
  }

  async check(): Promise<void> {
    this.#state = await this.#client.request('updates:check', {});
  }
}
