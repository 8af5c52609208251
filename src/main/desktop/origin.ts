/** Where Folio's own page comes from, and how to tell. */

export const SCHEME = 'app';
export const HOST = 'folio';

/** Replaced when the program is built: true under `electron-vite dev` alone, so that no build ever loads a page from a server. */
declare const __DEV_SERVER__: boolean | undefined;

const developmentUrl =
  typeof __DEV_SERVER__ === 'boolean' && __DEV_SERVER__ ? process.env['ELECTRON_RENDERER_URL'] : undefined;

export const START_URL = developmentUrl ?? `${SCHEME}://${HOST}/index.html`;

/** Whether an address is one of Folio's own page. Parsed: a prefix can be forged ("app://folio.example"). */
export function isOwnPage(address: string): boolean {
  const own = new URL(START_URL);
  try {
    const { protocol, host, username, password } = new URL(address);
    return protocol === own.protocol && host === own.host && username === '' && password === '';
  } catch {
    return false;
  }
}

/** Whether a page may load this: Folio's own files, and what it has made itself. */
export function isOwnResource(address: string): boolean {
  if (isOwnPage(address)) return true;
  const protocol = protocolOf(address);
  if (protocol === 'data:' || protocol === 'blob:' || protocol === 'devtools:') return true;
  return developmentUrl !== undefined && protocol === 'ws:' && new URL(address).host === new URL(developmentUrl).host;
}

function protocolOf(address: string): string | null {
  try {
    return new URL(address).protocol;
  } catch {
    return null;
  }
}
