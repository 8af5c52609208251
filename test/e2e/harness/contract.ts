/** Asks the program directly, from the page, over a connection of its own: to bring about what a test starts from. What a person does goes through the window. */
import type { Page } from 'playwright-core';
import type { RequestName, RequestPayload, RequestResult } from '../../../src/shared/contract/index.ts';

/** Rejects with the program's refusal. */
export function ask<Name extends RequestName>(
  page: Page,
  name: Name,
  payload: RequestPayload<Name>,
): Promise<RequestResult<Name>> {
  return page.evaluate<RequestResult<Name>>(`new Promise((resolve, reject) => {
    const socket = new WebSocket('ws://' + location.host + '/contract');
    socket.onerror = () => reject(new Error('no connection'));
    socket.onopen = () => socket.send(${JSON.stringify(JSON.stringify({ type: 'request', id: 1, name, payload }))});
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === 'answer') resolve(message.result);
      else reject(new Error(JSON.stringify(message.error)));
      socket.close();
    };
  })`);
}
