/** The training under way, for the strip and the page of its run; and a way to hear every one of its events. */
import type { TrainingNews } from '../../shared/contract/training.ts';
import type { FolioClient } from '../../shared/contract/index.ts';
import type { TrainingEvent } from '../../shared/events.ts';
import type { LiveTraining } from '../../shared/live.ts';

export class Training {
  readonly #client: FolioClient;
  readonly #listeners = new Set<(events: readonly TrainingEvent[]) => void>();
  #live: LiveTraining | null = $state.raw(null);

  constructor(client: FolioClient) {
    this.#client = client;
  }

  /** Null when nothing has been trained since the program started. One that ended stays, with its last status. */
  get live(): LiveTraining | null {
    return this.#live;
  }

  /** Whether a training is under way, paused ones included. */
  get active(): boolean {
    return this.#live !== null && this.#live.phase !== 'ended';
  }

  /** Whether one computes now: a paused one holds its place, but takes no processor. */
  get busy(): boolean {
    return this.active && this.#live?.phase !== 'paused';
  }

  /** Calls the listener with each batch of events (of whatever run trains); returns the way to stop. */
  onEvents(listener: (events: readonly TrainingEvent[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async start(): Promise<void> {
    this.#client.subscribe('training:news', {}, (delivery) => {
      if (delivery.kind === 'event') this.#hear(delivery.event);
    });
    const live = await this.#client.request('training:live', {});
    this.#live ??= live; // news that came meanwhile are newer
  }

  async pause(): Promise<void> {
    if (this.#live !== null) await this.#client.request('training:pause', { id: this.#live.run });
  }

  async continue(): Promise<void> {
    if (this.#live !== null) await this.#client.request('training:continue', { id: this.#live.run });
  }

  async stop(): Promise<void> {
    if (this.#live !== null) await this.#client.request('training:stop', { id: this.#live.run });
  }

  #hear(news: TrainingNews): void {
    this.#live = news.live;
    if (news.events.length > 0) for (const listener of this.#listeners) listener(news.events);
  }
}
