/** Folio for browsers of this machine: one HTTP server on loopback with the window's files, uploads, downloads and the contract. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { FolioError } from '../../../shared/errors.ts';
import type { Api } from '../../api/dispatch.ts';
import { Access } from './access.ts';
import type { Refusal } from './access.ts';
import { CLOSE, MAX_FRAME_BYTES, serveConnection } from './connection.ts';
import type { Connection } from './connection.ts';
import { ENTRANCE_PATH } from './entrance.ts';
import { createRoutes } from './routes.ts';
import type { Transfers } from './transfers.ts';

const LOOPBACK = '127.0.0.1';
/** A window that answers no ping for so long is gone. */
const HEARTBEAT_MS = 30_000;
/** Windows at once: more than a person opens. */
const MAX_CONNECTIONS = 64;
/** A large upload from a slow disk is no attack on one's own machine. */
const REQUEST_MS = 30 * 60_000;

export interface ServeOptions {
  /** 0 takes any that is free. */
  readonly port: number;
  readonly api: Api;
  readonly transfers: Transfers;
  /** The built window: a folder with index.html. */
  readonly rendererDir: string;
  /** Is told of defects. */
  readonly report: (error: unknown) => void;
  /** Between two pings. */
  readonly heartbeatMs?: number;
}

export interface FolioServer {
  readonly port: number;
  /** With the token: whoever has it can use this Folio. */
  readonly address: string;
  /** An address that works once, within two minutes: for a command line, which others may read. */
  ticketAddress(): string;
  /** Ends every connection; jobs that windows had begun are cancelled. */
  close(): Promise<void>;
}

/** Throws FolioError 'busy' when the port is taken, 'usage' when it may not be used. */
export async function startServer(options: ServeOptions): Promise<FolioServer> {
  const { api, report } = options;
  const server = createServer({ requestTimeout: REQUEST_MS });
  const port = await listen(server, options.port);
  const access = new Access(port);
  server.on('request', createRoutes({ ...options, port, access }));

  const sockets = new WebSocketServer({
    noServer: true,
    path: '/contract',
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false, // nothing is gained on loopback
    allowSynchronousEvents: false, // a page asks ten things at once when it opens: each has a turn of its own
  });
  const connections = new Map<WebSocket, Connection>();
  const alive = new WeakSet<WebSocket>();
  server.on('upgrade', (request, socket: Duplex, head) => {
    socket.on('error', () => socket.destroy());
    const refusal =
      access.refuseStranger(request.headers, true) ??
      access.refuseUnknown(request.headers) ??
      (sockets.clients.size < MAX_CONNECTIONS ? null : { status: 503, message: 'Too many windows of Folio are open.' });
    if (refusal !== null) refuseUpgrade(socket, refusal);
    else sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened));
  });
  sockets.on('connection', (socket: WebSocket) => {
    alive.add(socket);
    const connection = serveConnection(api, socket);
    connections.set(socket, connection);
    socket.on('pong', () => alive.add(socket));
    socket.on('message', (data, isBinary) => {
      // Frames arrive as one buffer: the default binaryType.
      connection.receive(isBinary ? null : (data as Buffer).toString('utf8'));
    });
    socket.on('error', () => undefined); // `close` follows
    socket.on('close', () => {
      connections.delete(socket);
      connection.close();
    });
  });
  const heartbeat = setInterval(() => {
    for (const socket of sockets.clients) {
      if (!alive.delete(socket)) socket.terminate();
      else if (socket.readyState === WebSocket.OPEN) socket.ping();
    }
    options.transfers.tidy().catch(report);
  }, options.heartbeatMs ?? HEARTBEAT_MS);
  heartbeat.unref();
  server.on('error', report);

  const withToken = (token: string): string => `http://${LOOPBACK}:${port}${ENTRANCE_PATH}#token=${token}`;
  return {
    port,
    address: withToken(access.token),
    ticketAddress: () => withToken(access.ticket()),
    async close() {
      clearInterval(heartbeat);
      for (const [socket, connection] of connections) {
        connection.close();
        socket.close(CLOSE.goingAway, 'Folio was closed');
      }
      const closed = new Promise((done) => server.close(done));
      // A moment for the close frames; who does not answer is cut off.
      const cut = setTimeout(() => {
        for (const socket of connections.keys()) socket.terminate();
        server.closeAllConnections();
      }, 500);
      server.closeIdleConnections();
      await closed;
      clearTimeout(cut);
      options.transfers.clear();
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(explained(error, port));
    server.once('error', fail);
    server.listen(port, LOOPBACK, () => {
      server.off('error', fail);
      resolve((server.address() as AddressInfo).port); // it listens on an address, not on a pipe
    });
  });
}

function explained(error: NodeJS.ErrnoException, port: number): Error {
  const wayOut = 'Name another with --port, or --port 0 for any that is free.';
  if (error.code === 'EADDRINUSE') {
    return new FolioError('busy', `port ${port} is taken by another program`, wayOut, { cause: error });
  }
  if (error.code === 'EACCES') {
    return new FolioError('usage', `port ${port} may not be used by ordinary programs`, wayOut, { cause: error });
  }
  return error;
}

const PHRASES = { 401: 'Unauthorized', 403: 'Forbidden', 503: 'Service Unavailable' } as const;

function refuseUpgrade(socket: Duplex, { status, message }: Refusal | { status: 503; message: string }): void {
  const body = `${message}\n`;
  socket.end(
    [
      `HTTP/1.1 ${status} ${PHRASES[status]}`,
      'Connection: close',
      'Content-Type: text/plain; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}
