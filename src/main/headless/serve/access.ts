/**
 * Who may talk to the server. It listens on loopback, where every page in every browser of this machine and every program of every
 * user can reach it, so nothing is answered on the strength of the address alone.
 *
 * How the secret travels. The address that is printed carries a token in its fragment: browsers send fragments to nobody, neither in
 * requests nor as referrer. The page at that address (entrance.ts) takes it out of the address bar and the history, posts it once, and
 * gets a cookie that no script can read (HttpOnly) and that no other site's requests carry (SameSite=Strict). A cookie rather than a header or a first
 * message, because one mechanism then covers the page's files, its WebSocket, uploads, and downloads by link, and survives a reload.
 *
 * What a cookie does not do: it belongs to the host, not to the port. Its name has the port, so that two Folios do not take each
 * other's, and pages of other ports are refused by Origin and Sec-Fetch-Site; a *server* on another port that the person visits in
 * the same browser is sent the cookie all the same. It is worth nothing after this process has ended.
 *
 * A browser is opened by a command line, which other users can read in the list of processes: it gets a ticket, a token that works
 * once and for a short time.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Of token and cookie. */
const SECRET_BYTES = 32;
const TICKET_MS = 120_000;

export interface Refusal {
  readonly status: 401 | 403;
  /** A sentence for the person, or for the one who writes a client. */
  readonly message: string;
}

export class Access {
  /** In the address that is printed. */
  readonly token: string = secret();
  readonly #cookie = secret();
  readonly #port: number;
  readonly #now: () => number;
  readonly #tickets = new Map<string, number>();

  /** @param now milliseconds of a clock that never goes back */
  constructor(port: number, now: () => number = () => performance.now()) {
    this.#port = port;
    this.#now = now;
  }

  /** A token that works once, within two minutes. */
  ticket(): string {
    const ticket = secret();
    this.#tickets.set(ticket, this.#now() + TICKET_MS);
    return ticket;
  }

  /** Whether the address that was called, and the page that called it, are this server's own. Null when they are. */
  refuseStranger(headers: IncomingHttpHeaders, needsOrigin: boolean): Refusal | null {
    const { host, origin } = headers;
    // A name that somebody else's DNS points here (rebinding) arrives with that name.
    if (host === undefined || !this.#hosts().includes(host)) {
      return { status: 403, message: `Folio answers at http://127.0.0.1:${this.#port} only.` };
    }
    if (origin === undefined ? needsOrigin : origin !== `http://${host}`) {
      return { status: 403, message: "Folio takes this from its own page only: the request's Origin is another." };
    }
    return null;
  }

  /** Whether the browser says that a page of another site or port asked for this. Programs that are no browsers do not say. */
  fromOtherSite(headers: IncomingHttpHeaders): Refusal | null {
    const site = headers['sec-fetch-site'];
    if (site === undefined || site === 'same-origin' || site === 'none') return null;
    return { status: 403, message: 'Folio gives its files to its own page only.' };
  }

  /** Whether the request carries the cookie. Null when it does. */
  refuseUnknown(headers: IncomingHttpHeaders): Refusal | null {
    const values = (headers.cookie ?? '').split(';').flatMap((pair) => {
      const [name, value] = pair.trim().split('=', 2);
      return name === this.#cookieName() && value !== undefined ? [value] : [];
    });
    if (values.some((value) => equal(value, this.#cookie))) return null;
    return {
      status: 401,
      message:
        'Folio does not know this browser yet. Open the address that Folio printed when it started, with its token.',
    };
  }

  /** The cookie for the right token or ticket, as the header Set-Cookie; null for a wrong one. */
  enter(token: string): string | null {
    const known = equal(token, this.token);
    if (!this.#useTicket(token) && !known) return null;
    return `${this.#cookieName()}=${this.#cookie}; Path=/; HttpOnly; SameSite=Strict`;
  }

  #useTicket(token: string): boolean {
    const now = this.#now();
    let found = false;
    for (const [ticket, until] of this.#tickets) {
      const same = equal(token, ticket);
      if (same && now <= until) found = true;
      if (same || now > until) this.#tickets.delete(ticket);
    }
    return found;
  }

  #cookieName(): string {
    return `folio-${this.#port}`;
  }

  #hosts(): readonly string[] {
    const names = ['127.0.0.1', 'localhost'];
    return names.flatMap((name) => (this.#port === 80 ? [name, `${name}:80`] : [`${name}:${this.#port}`]));
  }
}

function secret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** In a time that says nothing about where they differ, nor about their lengths. */
function equal(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
