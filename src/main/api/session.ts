/** One window's side of the contract: its messages in, answers and deliveries out, whatever carries them. */
import { clientMessageSchema } from '../../shared/contract/wire.ts';
import type { ClientMessage, ServerMessage } from '../../shared/contract/wire.ts';
import { assertNever, FolioError, toErrorMessage } from '../../shared/errors.ts';
import type { Api } from './dispatch.ts';

/** More than any window of ours needs; a client that leaks subscriptions is told. */
const MAX_SUBSCRIPTIONS = 200;

export class Session {
  readonly #api: Api;
  readonly #send: (message: ServerMessage) => void;
  readonly #subscriptions = new Map<number, () => void>();
  #closed = false;

  constructor(api: Api, send: (message: ServerMessage) => void) {
    this.#api = api;
    this.#send = (message) => {
      if (!this.#closed) send(message);
    };
  }

  /** Takes what came over the wire. Throws FolioError 'usage' for what is no message at all: the transport hangs up then. */
  receive(data: unknown): void {
    const parsed = clientMessageSchema.safeParse(data);
    if (!parsed.success) throw new FolioError('usage', 'a message that is not of the contract');
    if (this.#closed) return; // it was on its way
    const message: ClientMessage = parsed.data;
    switch (message.type) {
      case 'request':
        void this.#request(message.id, message.name, message.payload);
        return;
      case 'subscribe':
        this.#subscribe(message.id, message.name, message.payload);
        return;
      case 'unsubscribe':
        this.#subscriptions.get(message.id)?.();
        this.#subscriptions.delete(message.id);
        return;
      default:
        assertNever(message, 'message from a window');
    }
  }

  /** The window is gone: its subscriptions end, its jobs are cancelled. */
  close(): void {
    this.#closed = true;
    for (const leave of this.#subscriptions.values()) leave();
    this.#subscriptions.clear();
  }

  async #request(id: number, name: string, payload: unknown): Promise<void> {
    try {
      this.#send({ type: 'answer', id, result: await this.#api.request(name, payload) });
    } catch (error) {
      this.#send({ type: 'refusal', id, error: toErrorMessage(error) });
    }
  }

  #subscribe(id: number, name: string, payload: unknown): void {
    try {
      if (this.#subscriptions.has(id)) throw new FolioError('usage', `subscription ${id} is there already`);
      if (this.#subscriptions.size >= MAX_SUBSCRIPTIONS) {
        throw new FolioError('usage', `a window has at most ${MAX_SUBSCRIPTIONS} subscriptions`);
      }
      const leave = this.#api.subscribe(name, payload, (delivery) => {
        if (delivery.kind !== 'event') this.#subscriptions.delete(id);
        this.#send({ type: 'delivery', id, delivery });
      });
      this.#subscriptions.set(id, leave);
    } catch (error) {
      this.#send({ type: 'delivery', id, delivery: { kind: 'failed', error: toErrorMessage(error) } });
    }
  }
}
