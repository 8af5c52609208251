/** Where the files of a pack lie: an address that the person gives. Folio's source has none. */
import { FolioError } from '../../../../shared/errors.ts';

/** Long enough for any that a person has; the rest is a mistake. */
const MAX_LENGTH = 2000;
const EXAMPLE =
  'It is the folder on a web server in which the files of the pack lie, like https://example.org/folio/cuda/.';

/**
 * The folder that a person named.
 *
 * @throws FolioError 'usage' for what is no address, not encrypted, or has parts that a folder's has not.
 */
export function packAddress(written: string): URL {
  const text = written.trim();
  if (text === '') throw new FolioError('usage', 'There is no address to download from.', EXAMPLE);
  const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  const url = text.length > MAX_LENGTH ? null : URL.parse(text);
  if (url === null) throw new FolioError('usage', `"${shown}" is not an address.`, EXAMPLE);
  if (!isTrusted(url, null)) {
    throw new FolioError('usage', `"${shown}" is not an encrypted address.`, 'It must begin with https://.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new FolioError('usage', 'The address holds a name or a password.', 'Give it without them.');
  }
  if (url.search !== '' || url.hash !== '') {
    throw new FolioError('usage', `"${shown}" is not the address of a folder.`, EXAMPLE);
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

/** The address of a file in that folder. */
export function addressOf(file: { readonly name: string }, folder: URL): URL {
  return new URL(encodeURIComponent(file.name), folder);
}

/**
 * Whether an address may be asked: encrypted, or on this computer.
 *
 * @param from the address that led there, null for none: one of another computer never leads to this one
 */
export function isTrusted(url: URL, from: URL | null): boolean {
  if (url.protocol === 'https:') return true;
  return url.protocol === 'http:' && isLoopback(url) && (from === null || isLoopback(from));
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
