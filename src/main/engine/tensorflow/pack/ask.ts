/** The question to a server for a file, or for the rest of it; redirections are followed by hand, so that none leads to where it must not. */
import { isTrusted, addressOf } from './address.ts';
import type { PackFile } from './pinned.ts';
import { refusedRedirect, refusedStatus, unreachable } from './refusals.ts';

export interface Answer {
  /** Who answered in the end. */
  readonly host: string;
  /** The byte that `body` begins with: what was asked for, or 0 from a server that knows no ranges. */
  readonly from: number;
  /** Bytes of the whole file, as the server says; null when it does not. */
  readonly total: number | null;
  readonly body: AsyncIterable<Uint8Array>;
  readonly cancel: () => Promise<void>;
}

export interface Asking {
  readonly signal: AbortSignal;
  /** Whether anything of the pack has come so far, which a refusal does not take away. */
  readonly arrived: boolean;
}

const MAX_REDIRECTS = 5;

/**
 * Asks for a file from a byte on. Nothing else is sent: no cookie, no referrer.
 *
 * @throws FolioError 'install' when it is refused or cannot be reached; the signal's reason when that ends it
 */
export async function ask(file: PackFile, from: number, folder: URL, { signal, arrived }: Asking): Promise<Answer> {
  const response = await follow(file, from, addressOf(file, folder), { signal, arrived });
  const host = new URL(response.url).host;
  const cancel = async (): Promise<void> => response.body?.cancel().catch(() => undefined);
  // The part is longer than the server's file, or not of it: all of it, then.
  if (response.status === 416 && from > 0) {
    await cancel();
    return ask(file, 0, folder, { signal, arrived });
  }
  if (response.status !== 200 && response.status !== 206) {
    await cancel();
    throw refusedStatus(file, host, response.status, arrived);
  }
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
  const body = (response.body ?? []) as AsyncIterable<Uint8Array>;
  if (response.status === 200)
    return { host, from: 0, total: count(response.headers.get('content-length')), body, cancel };
  if (range === null || Number(range[1]) !== from) {
    await cancel();
    // An answer to another question.
    if (from === 0) throw refusedStatus(file, host, response.status, arrived);
    return ask(file, 0, folder, { signal, arrived });
  }
  return { host, from, total: count(range[2]), body, cancel };
}

async function follow(file: PackFile, from: number, first: URL, { signal, arrived }: Asking): Promise<Response> {
  let url = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await fetch(url, {
      signal,
      redirect: 'manual',
      referrerPolicy: 'no-referrer',
      headers: { 'accept-encoding': 'identity', ...(from > 0 ? { range: `bytes=${from}-` } : {}) },
    }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw unreachable(file, url.host, error, arrived);
    });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel().catch(() => undefined);
    const next = URL.parse(location, url.href);
    if (next === null || !isTrusted(next, url)) throw refusedRedirect(file, url.host, next?.origin ?? location);
    url = next;
  }
  throw refusedRedirect(file, first.host, null);
}

function count(text: string | null | undefined): number | null {
  return text !== null && text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}
