/** What each HTTP request is answered with. Who asks is checked first, always. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import sirv from 'sirv';
import { FolioError, toErrorMessage } from '../../../shared/errors.ts';
import { contentPolicy } from '../../api/content-policy.ts';
import type { Access } from './access.ts';
import {
  ENTRANCE_PAGE,
  ENTRANCE_PATH,
  ENTRANCE_SCRIPT,
  ENTRANCE_SCRIPT_PATH,
  ENTRANCE_STYLE,
  ENTRANCE_STYLE_PATH,
} from './entrance.ts';
import type { Transfers } from './transfers.ts';

export interface RouteOptions {
  readonly port: number;
  readonly access: Access;
  readonly transfers: Transfers;
  readonly rendererDir: string;
  readonly report: (error: unknown) => void;
}

/** A token is shorter. */
const MAX_TOKEN_BYTES = 200;

const FILE = /^\/files\/([\w-]{1,64})$/;
/** What the build names by its content. */
const ASSET = /^\/assets\/./;

export function createRoutes(options: RouteOptions): RequestListener {
  const { report } = options;
  const serveFile = sirv(options.rendererDir, {
    // Looked up when it is asked for: a list made at the start would name files that the next build replaces, and reading one of those
    // would end the process.
    dev: true,
    etag: true,
    setHeaders: (response, path) => {
      response.setHeader('Cache-Control', ASSET.test(path) ? 'private, max-age=31536000, immutable' : 'no-cache');
    },
  });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { access, transfers } = options;
    setCommonHeaders(response, request.headers.host);
    const reading = request.method === 'GET' || request.method === 'HEAD';
    const stranger = access.refuseStranger(request.headers, !reading);
    if (stranger !== null) return refuse(response, stranger.status, stranger.message);
    if (!reading && request.method !== 'POST') return refuse(response, 405, 'Folio takes GET and POST.');
    const url = urlOf(request);
    if (url === null) return refuse(response, 400, 'This address cannot be read.');
    const { pathname } = url;

    const unknown = access.refuseUnknown(request.headers);
    // Pages that lead here by a link may do so: nothing of what follows tells them anything.
    if (reading && (pathname === ENTRANCE_PATH || (pathname === '/' && unknown !== null))) {
      return send(response, 'text/html; charset=utf-8', ENTRANCE_PAGE);
    }
    if (reading && pathname === ENTRANCE_SCRIPT_PATH) {
      return send(response, 'text/javascript; charset=utf-8', ENTRANCE_SCRIPT);
    }
    if (reading && pathname === ENTRANCE_STYLE_PATH) {
      return send(response, 'text/css; charset=utf-8', ENTRANCE_STYLE);
    }
    if (!reading && pathname === ENTRANCE_PATH) return enter(request, response, access);
    if (unknown !== null) return refuse(response, unknown.status, unknown.message);
    const elsewhere = pathname === '/' ? null : access.fromOtherSite(request.headers);
    if (elsewhere !== null) return refuse(response, elsewhere.status, elsewhere.message);

    if (!reading) {
      if (pathname !== '/files') return refuse(response, 404, 'There is nothing here that takes a POST.');
      return upload(request, response, transfers, url.searchParams.get('name'));
    }
    const handle = FILE.exec(pathname)?.[1];
    if (handle !== undefined && request.method === 'GET') {
      return download(response, transfers, handle, url.searchParams.get('name'));
    }
    delete request.headers.range; // the window's files are small and asked for whole
    serveFile(request, response, () => refuse(response, 404, 'There is no such page.'));
  };

  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      // A connection that broke off is the other side's affair.
      if (!request.destroyed && !response.destroyed) report(error);
      if (response.headersSent) response.destroy();
      else refuse(response, 500, toErrorMessage(error).message);
    });
  };
}

function setCommonHeaders(response: ServerResponse, host: string | undefined): void {
  // Not every browser counts a WebSocket among what 'self' stands for. (A host that is not ours is refused, whatever it says here.)
  const socket = /^(127\.0\.0\.1|localhost)(:\d{1,5})?$/.test(host ?? '') ? [`ws://${host}`] : [];
  response.setHeader('Content-Security-Policy', contentPolicy(["'self'", ...socket]));
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cache-Control', 'no-store');
}

async function enter(request: IncomingMessage, response: ServerResponse, access: Access): Promise<void> {
  const token = await shortBody(request);
  const cookie = token === null ? null : access.enter(token);
  if (cookie === null) {
    return refuse(response, 401, 'This token is not the one that Folio printed, or it was used already.');
  }
  response.setHeader('Set-Cookie', cookie);
  send(response, 'text/plain; charset=utf-8', 'welcome\n');
}

async function upload(
  request: IncomingMessage,
  response: ServerResponse,
  transfers: Transfers,
  name: string | null,
): Promise<void> {
  if (name === null || name === '' || name.length > 1000) {
    return refuse(response, 400, 'An upload needs the name of its file: POST /files?name=NAME.');
  }
  try {
    send(response, 'application/json', JSON.stringify(await transfers.receive(request, name)));
  } catch (error) {
    refuseFile(response, 413, error);
  }
}

async function download(
  response: ServerResponse,
  transfers: Transfers,
  handle: string,
  name: string | null,
): Promise<void> {
  try {
    await transfers.send(handle, name ?? 'file', response);
  } catch (error) {
    refuseFile(response, 404, error);
  }
}

function refuseFile(response: ServerResponse, status: number, error: unknown): void {
  if (!(error instanceof FolioError)) throw error;
  const { message, hint } = error;
  refuse(response, status, hint === undefined ? message : `${message}. ${hint}`);
}

function send(response: ServerResponse, type: string, body: string): void {
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) }).end(body);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const body = `${message}\n`;
  response
    .writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': Buffer.byteLength(body) })
    .end(body);
}

/** Null when it is longer than any token. */
async function shortBody(request: IncomingMessage): Promise<string | null> {
  let body = '';
  for await (const chunk of request.setEncoding('latin1')) {
    body += String(chunk);
    if (body.length > MAX_TOKEN_BYTES) return null;
  }
  return body;
}

function urlOf({ url = '/' }: IncomingMessage): URL | null {
  // An absolute address in the request line is for proxies; the path is all that counts here.
  return url.startsWith('/') && !url.startsWith('//') ? URL.parse(url, 'http://127.0.0.1') : null;
}
