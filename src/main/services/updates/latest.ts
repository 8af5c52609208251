/** The small file that describes the newest release: asked for with every bound that a file from elsewhere needs. */
import semver from 'semver';
import { z } from 'zod';
import type { Release } from '../../../shared/contract/updates.ts';
import { FolioError } from '../../../shared/errors.ts';
import { whyUnreachable } from '../../../shared/unreachable.ts';

export interface FetchLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly maxRedirects: number;
}

export const FETCH_LIMITS: FetchLimits = { timeoutMs: 15_000, maxBytes: 64 * 1024, maxRedirects: 3 };

/** Whether a person may be sent there: https, and nobody's name or password in it. */
export function isPage(address: string): boolean {
  const url = parsed(address);
  return url?.protocol === 'https:' && url.username === '' && url.password === '';
}

const latestSchema = z.object({
  version: z
    .string()
    .max(100)
    .refine((text) => semver.valid(text) !== null, 'not a version')
    .transform((text) => semver.valid(text) ?? text),
  page: z.string().max(2000).refine(isPage, 'not an https address'),
  notes: z.string().max(4000).default(''),
  date: z.iso.date().nullable().default(null),
}) satisfies z.ZodType<Release>;

export const releaseSchema: z.ZodType<Release> = latestSchema;

/**
 * An address that can be asked: https, or http on this machine itself, where nobody can listen in.
 *
 * @throws FolioError 'usage' that names what is wrong with it
 */
export function updateAddress(text: string): URL {
  const url = parsed(text);
  if (url === null) {
    throw new FolioError('usage', `${JSON.stringify(text)} is not an address`, 'It begins with https://.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new FolioError('usage', 'an address for updates has no name and password in it', 'Leave them out.');
  }
  if (!isSafe(url)) {
    throw new FolioError(
      'usage',
      `${url.protocol}//${url.host} is not https: somebody on the way could answer in its place`,
      'Use an address that begins with https://.',
    );
  }
  return url;
}

/**
 * Reads the description of the newest release. Follows a few redirects, none of them away from https.
 *
 * @throws FolioError 'file' with what went wrong: not reached, too slow, refused, too large, not what it should be; what `signal` is aborted with
 */
export async function fetchLatest(address: URL, signal: AbortSignal, limits = FETCH_LIMITS): Promise<Release> {
  const slow = AbortSignal.timeout(limits.timeoutMs);
  const either = AbortSignal.any([signal, slow]);
  let at = address;
  try {
    for (let redirects = 0; redirects <= limits.maxRedirects; redirects++) {
      const answer = await fetch(at, {
        redirect: 'manual',
        signal: either,
        credentials: 'omit',
        // Nothing that tells one Folio from another.
        headers: { accept: 'application/json', 'user-agent': 'Folio' },
      });
      if (answer.status < 300 || answer.status > 399) return readRelease(at, await body(at, answer, limits.maxBytes));
      await answer.body?.cancel();
      at = redirected(at, answer.headers.get('location'));
    }
  } catch (error) {
    if (error instanceof FolioError) throw error;
    signal.throwIfAborted();
    throw slow.aborted
      ? new FolioError('file', `${at.host} did not answer within ${limits.timeoutMs / 1000} s`, 'Try again later.')
      : new FolioError(
          'file',
          `${at.host} cannot be reached: ${whyUnreachable(error)}`,
          'Look at the connection and the address.',
          {
            cause: error,
          },
        );
  }
  throw new FolioError(
    'file',
    `${address.host} leads from one address to the next, more than ${limits.maxRedirects} times`,
  );
}

function redirected(from: URL, location: string | null): URL {
  const to = location === null ? null : URL.parse(location, from.href);
  if (to === null) throw new FolioError('file', `${from.host} leads to another address, but does not say to which`);
  // From the network never to this machine's own servers, and never to where others could listen in.
  if (to.protocol === 'https:' || (from.protocol === 'http:' && isSafe(to))) return to;
  throw new FolioError('file', `${from.host} leads to ${to.protocol}//${to.host}, which is not https`);
}

async function body(at: URL, answer: Response, maxBytes: number): Promise<Uint8Array> {
  if (!answer.ok) {
    await answer.body?.cancel();
    throw new FolioError('file', `${at.host} refused: it answered with ${answer.status}`, 'Look at the address.');
  }
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop lets go of the rest.
  for await (const piece of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    if (bytes > maxBytes) {
      throw new FolioError('file', `what ${at.host} sent is larger than ${maxBytes / 1024} KB, which no such file is`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function readRelease(at: URL, bytes: Uint8Array): Release {
  const hint = 'Look at the address: it names a file latest.json of Folio.';
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new FolioError('file', `what ${at.host} sent is not JSON`, hint);
  }
  const release = latestSchema.safeParse(value);
  if (release.success) return release.data;
  const [issue] = release.error.issues;
  const place = issue?.path.map(String).join('.') ?? '';
  throw new FolioError(
    'file',
    place === ''
      ? `what ${at.host} sent does not describe a release`
      : `what ${at.host} sent does not describe a release: its "${place}" does not fit`,
    hint,
  );
}

function isSafe({ protocol, hostname }: URL): boolean {
  if (protocol === 'https:') return true;
  return protocol === 'http:' && (hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname));
}

function parsed(address: string): URL | null {
  return URL.parse(address.trim());
}
