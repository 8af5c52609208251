/** What the tests of the server share: a server whose handlers note their calls, its cookie, and requests with exactly the given headers. */
import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, expect } from 'vitest';
import { createApi } from '../../src/main/api/dispatch.ts';
import { FakeHandlers } from './fake-handlers.ts';
import { enter, openSocket, testServer, type TestServer } from './websocket-transport.ts';

/** Set anew before each test by `useServer`. */
export let fake: FakeHandlers;
export let test: TestServer;
/** What the server's token was exchanged for. */
export let cookie: string;

/** Each test gets a server that has nothing to report in the end. */
export function useServer(): void {
  beforeEach(async () => {
    fake = new FakeHandlers();
    test = await testServer(createApi(fake.handlers(), (error) => expect.unreachable(String(error))));
    cookie = await enter(test);
  });

  afterEach(async () => {
    await test.stop();
    expect(test.reports).toEqual([]);
  });
}

export interface Answer {
  readonly status: number | undefined;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Unlike fetch, sends exactly these headers: Host and Origin are what is tested. */
export function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { port } = test.server;
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('end', () => resolve({ status: response.statusCode, body: text, headers: response.headers }));
    });
    request.on('error', reject).end(body);
  });
}

/** How an upgrade is answered: 'open', or the status and the sentence of the refusal. */
export function upgrade(headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = openSocket(test.origin, headers);
    socket.once('open', () => {
      socket.terminate();
      resolve('open');
    });
    socket.once('unexpected-response', (_, response) => {
      let text = '';
      response.on('data', (piece: Buffer) => (text += piece.toString()));
      response.on('end', () => resolve(`${response.statusCode} ${text.trim()}`));
    });
    socket.once('error', reject);
  });
}
