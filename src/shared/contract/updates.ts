/** Whether there is a newer Folio: asked only where the person wants it, told, and nothing is fetched or installed. */
import { z } from 'zod';
import type { ErrorMessage } from '../errors.ts';
import { feed, request } from './define.ts';
import { none } from './fields.ts';

export interface Release {
  readonly version: string;
  /** Where a person reads about it and fetches it: always https. */
  readonly page: string;
  readonly notes: string;
  /** "2026-03-01"; null where it is not told. */
  readonly date: string | null;
}

/** What the last check came to. */
export type UpdateOutcome =
  | { readonly kind: 'newer' | 'same' | 'older'; readonly version: string }
  /** Newer, but preliminary, which this one is not. */
  | { readonly kind: 'preview'; readonly version: string }
  | { readonly kind: 'failed'; readonly error: ErrorMessage };

export interface UpdateState {
  /** Off until the person turns it on; nothing is asked before. */
  readonly on: boolean;
  /** Of the file that describes the newest release; empty for none. */
  readonly address: string;
  readonly checking: boolean;
  /** When it was last asked, whatever came of it; null for never. */
  readonly checkedAt: number | null;
  readonly outcome: UpdateOutcome | null;
  /** The newer release that is known of; it stays known when a later check fails. */
  readonly found: Release | null;
  /** Whether a window has yet to say so. */
  readonly announce: boolean;
}

export const updates = {
  'updates:state': request<UpdateState>()(none),
  /** Changes what is given. Refused ('usage'): an address that is neither https nor this machine's, and turning it on without one. */
  'updates:set': request<UpdateState>()(
    z.strictObject({ on: z.boolean().optional(), address: z.string().max(2000).optional() }),
  ),
  /** Asks now. What goes wrong is in the outcome. Refused ('usage') while it is off. */
  'updates:check': request<UpdateState>()(none),
  /** The person has been told of this version. */
  'updates:told': request<null>()(z.strictObject({ version: z.string().min(1).max(256) })),
  /** Opens the page of the release that was found, in the system's browser. Only where `host` is `desktop`. */
  'updates:open-page': request<null>()(none),
} as const;

export const updatesTopics = {
  'updates:changed': feed<UpdateState>()(none),
} as const;
