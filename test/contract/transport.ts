/** What the suite needs of a transport: windows that can be opened and closed over one api. */
import type { Api } from '../../src/main/api/dispatch.ts';
import type { Delivery } from '../../src/shared/contract/define.ts';
import type { FolioClient } from '../../src/shared/contract/index.ts';
import type { WireClient } from '../../src/shared/contract/client.ts';

export interface Window {
  readonly client: WireClient;
  /** Sends anything, of the contract or not. */
  post(message: unknown): void;
  /** Resolves with why, when the program refused a message that is none. */
  readonly refused: Promise<string>;
  /** As when a person closes it. Resolves when the program may know. */
  close(): Promise<void>;
}

export interface Program {
  open(): Promise<Window>;
  stop(): Promise<void>;
}

export interface Transport {
  readonly name: string;
  start(api: Api): Promise<Program>;
}

/** The client with names and payloads that nobody checks: for what a right client would not send. */
export interface LooseClient {
  request(name: string, payload: unknown): Promise<unknown>;
  subscribe(name: string, payload: unknown, listener: (delivery: Delivery<unknown, unknown>) => void): () => void;
}

export function loose(client: FolioClient): LooseClient {
  return client;
}

/** The deliveries of a subscription, one after the other. */
export class Deliveries {
  readonly all: Delivery<unknown, unknown>[] = [];
  readonly leave: () => void;
  #read = 0;
  #wake = (): void => undefined;

  constructor(client: FolioClient, name: string, payload: unknown = {}) {
    this.leave = loose(client).subscribe(name, payload, (delivery) => {
      this.all.push(delivery);
      this.#wake();
    });
  }

  async next(): Promise<Delivery<unknown, unknown>> {
    for (;;) {
      const delivery = this.all[this.#read];
      if (delivery !== undefined) {
        this.#read++;
        return delivery;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
