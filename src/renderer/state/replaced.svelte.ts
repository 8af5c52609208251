/** Whether the record is another one now, or closed: then the program is to be started again, whatever page or window one sees. */
import type { FolioClient } from '../../shared/contract/index.ts';
import type { ReplacedRecord } from '../../shared/keeping.ts';

export class Replaced {
  readonly #client: FolioClient;
  /** It was so before this page was loaded: nothing else can be asked for. */
  readonly fromTheStart: boolean;
  #outcome: ReplacedRecord | null = $state.raw(null);

  /** @param outcome what the program told of itself when this page was loaded */
  constructor(client: FolioClient, outcome: ReplacedRecord | null) {
    this.#client = client;
    this.#outcome = outcome;
    this.fromTheStart = outcome !== null;
  }

  /** What became of the record; null while all is as usual. */
  get outcome(): ReplacedRecord | null {
    return this.#outcome;
  }

  /** Hears of it whoever began it, and when it was cancelled a moment too late. */
  start(): void {
    this.#client.subscribe('record:replaced', {}, (delivery) => {
      if (delivery.kind === 'event') this.#outcome = delivery.event;
    });
  }
}
