/** The window's end of the wire, the same over IPC and WebSocket: numbers its calls and hands answers to who asked. */
import { FolioError, fromErrorMessage } from '../errors.ts';
import type { FolioClient, TopicDelivery, TopicName } from './index.ts';
import type { ClientMessage, ServerMessage } from './wire.ts';

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: FolioError) => void;
}

export interface WireClient extends FolioClient {
  /** Takes what the other side sent. */
  receive(message: ServerMessage): void;
  /** The connection is gone: everything that waits fails with this. */
  fail(error: FolioError): void;
}

export function createWireClient(send: (message: ClientMessage) => void): WireClient {
  let lastId = 0;
  const waiting = new Map<number, Waiting>();
  const listeners = new Map<number, (delivery: TopicDelivery<TopicName>) => void>();

  return {
    request(name, payload) {
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        // The answer's type is the contract's word; the other side is our own code.
        waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
        send({ type: 'request', id, name, payload });
      });
    },

    subscribe(name, payload, listener) {
      const id = ++lastId;
      listeners.set(id, listener); // as above
      send({ type: 'subscribe', id, name, payload });
      return () => {
        if (listeners.delete(id)) send({ type: 'unsubscribe', id });
      };
    },

    receive(message) {
      switch (message.type) {
        case 'answer':
          waiting.get(message.id)?.resolve(message.result);
          waiting.delete(message.id);
          return;
        case 'refusal':
          waiting.get(message.id)?.reject(fromErrorMessage(message.error));
          waiting.delete(message.id);
          return;
        case 'delivery': {
          const listener = listeners.get(message.id);
          if (message.delivery.kind !== 'event') listeners.delete(message.id);
          listener?.(message.delivery as TopicDelivery<TopicName>); // as above
          return;
        }
      }
    },

    fail(error) {
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
      const gone = [...listeners.values()];
      listeners.clear();
      const { code, message, hint } = error;
      for (const listener of gone) {
        listener({ kind: 'failed', error: { code, message, ...(hint === undefined ? {} : { hint }) } });
      }
    },
  };
}

/** Runs a job to its end: resolves with its result, rejects with what it failed with, cancels it when the signal says so. */
export function runJob<Name extends TopicName>(
  client: FolioClient,
  name: Name,
  payload: Parameters<typeof client.subscribe<Name>>[1],
  progress: (event: Extract<TopicDelivery<Name>, { kind: 'event' }>['event']) => void = () => undefined,
  signal?: AbortSignal,
): Promise<Extract<TopicDelivery<Name>, { kind: 'done' }>['result']> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(new FolioError('cancelled', 'cancelled before it began'));
      return;
    }
    const leave = client.subscribe(name, payload, (delivery) => {
      if (delivery.kind === 'event') {
        progress(delivery.event);
        return;
      }
      signal?.removeEventListener('abort', cancel);
      if (delivery.kind === 'done') resolve(delivery.result);
      else reject(fromErrorMessage(delivery.error));
    });
    function cancel(): void {
      leave();
      reject(new FolioError('cancelled', 'cancelled'));
    }
    signal?.addEventListener('abort', cancel, { once: true });
  });
}
