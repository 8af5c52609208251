/** app://folio/: the built page, from one folder and nowhere else, under a policy that lets nothing else in. */
import { readFile } from 'node:fs/promises';
import { extname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { CustomScheme } from 'electron';
import { contentPolicy } from '../api/content-policy.ts';
import { HOST, SCHEME } from './origin.ts';

/** To be registered before the app is ready. `standard`: it has origins; `secure`: it counts as one. */
export const PRIVILEGED_SCHEME: CustomScheme = {
  scheme: SCHEME,
  privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
};

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.txt': 'text/plain; charset=utf-8',
};

/** Answers requests of the scheme from this folder. */
export function pageServer(folder: string): (request: { url: string; method: string }) => Promise<Response> {
  return async ({ url, method }) => {
    if (method !== 'GET' && method !== 'HEAD') return refusal(405);
    const path = fileOf(url, folder);
    const type = path === null ? undefined : TYPES[extname(path)];
    if (path === null || type === undefined) return refusal(404);
    try {
      const bytes = await readFile(path);
      return new Response(method === 'HEAD' ? null : new Uint8Array(bytes), { headers: headers(type) });
    } catch {
      return refusal(404);
    }
  };
}

/** The file that an address of the scheme names; null for one outside of the folder. */
export function fileOf(address: string, folder: string): string | null {
  let path: string;
  try {
    const { protocol, host, pathname } = new URL(address);
    if (protocol !== `${SCHEME}:` || host !== HOST) return null;
    path = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  if (path.includes('\0') || path.includes('\\')) return null;
  const file = resolve(folder, `.${path}`);
  const inside = relative(folder, file);
  return inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside) ? null : file;
}

function refusal(status: number): Response {
  return new Response(null, { status, headers: headers('text/plain; charset=utf-8') });
}

function headers(type: string): Record<string, string> {
  return {
    'Content-Type': type,
    'Content-Security-Policy': contentPolicy(),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'no-cache', // a new build is seen at once; reading a file costs nothing
  };
}
