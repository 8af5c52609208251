/** A server on this machine that tells of a release, or misbehaves as a test says. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const LATEST = {
  version: '1.3.0',
  page: 'https://folio.example/releases/1.3.0',
  notes: 'Faster.',
  date: '2026-03-01',
};

export class ReleaseServer {
  readonly #server: Server;
  readonly requests: IncomingMessage[] = [];
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) =>
    response.end(JSON.stringify(LATEST));

  private constructor() {
    this.#server = createServer((request, response) => {
      this.requests.push(request);
      this.answer(request, response);
    });
  }

  static async start(): Promise<ReleaseServer> {
    const server = new ReleaseServer();
    await new Promise<void>((listening) => server.#server.listen(0, '127.0.0.1', listening));
    return server;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get address(): string {
    return `${this.origin}/latest.json`;
  }

  /** Answers with this from now on: a text as it is, anything else as JSON. */
  says(body: unknown): void {
    this.answer = (_request, response) => response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }
}
