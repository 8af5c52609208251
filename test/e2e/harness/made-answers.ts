/** Answers that a test makes up, to see the window in a state that a machine cannot be brought into. Everything else is the program's own. */
import type { Page } from 'playwright-core';
import { messageText, parseMessage } from '../../../src/shared/contract/message-text.ts';
import type { Delivery } from '../../../src/shared/contract/define.ts';
import { clientMessageSchema, type ServerMessage } from '../../../src/shared/contract/wire.ts';

export interface MadeAnswers {
  /** Of requests, by their names. */
  readonly requests?: Readonly<Record<string, unknown>>;
  /** What a job tells, in order, by its name. */
  readonly jobs?: Readonly<Record<string, readonly Delivery<unknown, unknown>[]>>;
}

/** To be called before the page is opened. What is made up may be changed while it is open. */
export async function makeUp(page: Page, { requests = {}, jobs = {} }: MadeAnswers): Promise<void> {
  await page.routeWebSocket(/\/contract$/, (socket) => {
    const server = socket.connectToServer();
    const say = (message: ServerMessage): void => socket.send(messageText(message));
    socket.onMessage((text) => {
      const message = clientMessageSchema.safeParse(typeof text === 'string' ? parseMessage(text) : null).data;
      if (message?.type === 'request' && message.name in requests) {
        say({ type: 'answer', id: message.id, result: requests[message.name] });
      } else if (message?.type === 'subscribe' && message.name in jobs) {
        for (const delivery of jobs[message.name] ?? []) say({ type: 'delivery', id: message.id, delivery });
      } else server.send(text);
    });
  });
}
