/** The api for a window behind a socket: while the socket is full, events wait and are merged instead of piling up in memory. */
import { isTopicName } from '../../../shared/contract/index.ts';
import type { Api } from '../../api/dispatch.ts';
import { merged } from './merge.ts';

/** Whether more may be sent now, and who waits until it may again. */
export interface Gate {
  isOpen(): boolean;
  /** Calls the listener each time the gate opens again. Returns the way to leave. */
  onOpen(listener: () => void): () => void;
}

/** Answers and the ends of jobs are never held back: each was asked for, and there is one of each. */
export function pacedApi(api: Api, gate: Gate): Api {
  return {
    request: (name, payload) => api.request(name, payload),

    subscribe(name, payload, deliver) {
      let held: readonly unknown[] = [];
      let leaveGate = (): void => undefined;
      const flush = (): void => {
        const events = held;
        held = [];
        for (const event of events) deliver({ kind: 'event', event });
      };
      const leave = api.subscribe(name, payload, (delivery) => {
        if (delivery.kind !== 'event') {
          leaveGate();
          flush(); // first what came first
          deliver(delivery);
        } else if (held.length === 0 && gate.isOpen()) deliver(delivery);
        else if (isTopicName(name)) held = merged(name, held, delivery.event);
      });
      leaveGate = gate.onOpen(flush);
      return () => {
        leaveGate();
        held = [];
        leave();
      };
    },
  };
}
