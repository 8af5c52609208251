/** Asks for a newer Folio, at most once a day, where the person has turned that on, and tells; it fetches and installs nothing. */
import semver from 'semver';
import { z } from 'zod';
import type { Release, UpdateOutcome, UpdateState } from '../../../shared/contract/updates.ts';
import { FolioError, toErrorMessage } from '../../../shared/errors.ts';
import type { Store } from '../../store/types.ts';
import { FETCH_LIMITS, fetchLatest, releaseSchema, updateAddress, type FetchLimits } from './latest.ts';

export interface UpdateService {
  state(): UpdateState;
  /** Throws FolioError 'usage' for an address that cannot be asked, and for turning it on without one. */
  set(change: { readonly on?: boolean | undefined; readonly address?: string | undefined }): UpdateState;
  /** Asks now, for a person. Never rejects for what goes wrong on the way: the outcome tells. Throws FolioError 'usage' while it is off. */
  check(): Promise<UpdateState>;
  /** A window has said so of this version: no other one has to. */
  told(version: string): void;
  /** The page of the release that was found. Throws FolioError 'not-found' when there is none. */
  page(): string;
  /** Hears of every change. Returns the way to leave. */
  subscribe(listener: (state: UpdateState) => void): () => void;
  /** From now on it asks by itself, where that is turned on. */
  start(): void;
  close(): void;
}

export interface UpdateOptions {
  readonly store: Pick<Store, 'setting' | 'setSetting' | 'writable' | 'readOnly'>;
  /** The running version. */
  readonly version: string;
  readonly log: (line: string) => void;
  readonly now?: () => number;
  /** How long after the start, or after it was turned on, it first asks by itself; milliseconds. */
  readonly firstMs?: number;
  readonly limits?: FetchLimits;
}

/** Where the project's releases are told, once it has such a place. */
const PROJECTS_OWN_ADDRESS = '';
const SETTING = 'updates';
const DAY_MS = 24 * 60 * 60 * 1000;
/** When the program has come up and nobody waits for it. */
const FIRST_MS = 60_000;

const outcomeSchema: z.ZodType<UpdateOutcome> = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['newer', 'same', 'older']), version: z.string() }),
  z.object({ kind: z.literal('preview'), version: z.string() }),
  z.object({
    kind: z.literal('failed'),
    error: z.object({ code: z.literal('file'), message: z.string(), hint: z.string().exactOptional() }),
  }),
]);
const storedSchema = z.object({
  on: z.boolean(),
  address: z.string(),
  checkedAt: z.number().nullable(),
  outcome: outcomeSchema.nullable(),
  found: releaseSchema.nullable(),
  /** The version that the person was told of last. */
  told: z.string().nullable(),
});
type Stored = z.infer<typeof storedSchema>;

const OFF: Stored = {
  on: false,
  address: PROJECTS_OWN_ADDRESS,
  checkedAt: null,
  outcome: null,
  found: null,
  told: null,
};

export function createUpdateService(options: UpdateOptions): UpdateService {
  const { store, version, log, now = Date.now, firstMs = FIRST_MS, limits = FETCH_LIMITS } = options;
  const listeners = new Set<(state: UpdateState) => void>();
  const closed = new AbortController();
  let kept = read(store.setting(SETTING), log);
  let started = false;
  let timer: NodeJS.Timeout | undefined;
  /** The check under way, and whether a person waits for it. */
  let checking: { readonly done: Promise<void>; asked: boolean } | null = null;

  const state = (): UpdateState => {
    const { on, address, checkedAt, outcome, told } = kept;
    // Once it has become this very version, or an older one, it is news no more.
    const found = kept.found !== null && semver.gt(kept.found.version, version) ? kept.found : null;
    const announce = on && found !== null && told !== found.version;
    return { on, address, checking: checking !== null, checkedAt, outcome, found, announce };
  };
  const tell = (): void => {
    for (const listener of listeners) listener(state());
  };
  const keep = (change: Partial<Stored>): void => {
    kept = { ...kept, ...change };
    store.setSetting(SETTING, JSON.stringify(kept));
  };

  const outcomeOf = async (): Promise<Partial<Stored>> => {
    try {
      const release = await fetchLatest(updateAddress(kept.address), closed.signal, limits);
      return { outcome: compared(release, version), found: isOffered(release, version) ? release : null };
    } catch (error) {
      if (!(error instanceof FolioError)) throw error;
      return { outcome: { kind: 'failed', error: { ...toErrorMessage(error), code: 'file' } } };
    }
  };
  const ask = async (): Promise<void> => {
    const { address } = kept;
    const found = await outcomeOf();
    await store.writable();
    // What was asked elsewhere, or is no longer wanted, is not kept.
    if (closed.signal.aborted || !kept.on || kept.address !== address) return;
    const told = checking?.asked === true && found.found ? { told: found.found.version } : {};
    keep({ ...found, ...told, checkedAt: now() });
  };
  const check = (asked: boolean): Promise<void> => {
    if (checking !== null) {
      checking.asked ||= asked;
      return checking.done;
    }
    clearTimeout(timer);
    const done = ask().finally(() => {
      checking = null;
      if (closed.signal.aborted) return;
      arm();
      tell();
    });
    checking = { done, asked };
    tell();
    return done;
  };
  const arm = (): void => {
    clearTimeout(timer);
    if (!started || !kept.on || store.readOnly || closed.signal.aborted) return;
    // A clock that was set back must not put it off for years.
    const since = kept.checkedAt === null ? DAY_MS : Math.max(0, now() - kept.checkedAt);
    timer = setTimeout(
      () => {
        check(false).catch((error: unknown) =>
          log(`updates could not be looked for: ${toErrorMessage(error).message}`),
        );
      },
      Math.max(firstMs, DAY_MS - since),
    );
    timer.unref();
  };

  return {
    state,
    set({ on, address }) {
      const wanted = address === undefined ? kept.address : address.trim() === '' ? '' : updateAddress(address).href;
      if (on === true && wanted === '') {
        throw new FolioError('usage', 'there is no address to ask for updates', 'Give one first.');
      }
      // Another source knows nothing of what the one before said.
      const anew = wanted === kept.address ? {} : { checkedAt: null, outcome: null, found: null };
      keep({ ...anew, address: wanted, on: (on ?? kept.on) && wanted !== '' });
      arm();
      tell();
      return state();
    },
    async check() {
      if (!kept.on) throw new FolioError('usage', 'looking for updates is turned off', 'Turn it on first.');
      await check(true);
      return state();
    },
    told(told) {
      if (kept.told === told) return;
      keep({ told });
      tell();
    },
    page() {
      const { found } = state();
      if (found === null) throw new FolioError('not-found', 'no newer Folio is known of');
      return found.page;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      if (started) return;
      started = true;
      arm();
    },
    close() {
      closed.abort(new FolioError('cancelled', 'Folio was closed'));
      clearTimeout(timer);
      listeners.clear();
    },
  };
}

/** A preliminary version is for those who have one. */
function isOffered(release: Release, version: string): boolean {
  return semver.gt(release.version, version) && !isPreview(release, version);
}

function isPreview(release: Release, version: string): boolean {
  return semver.prerelease(release.version) !== null && semver.prerelease(version) === null;
}

function compared(release: Release, running: string): UpdateOutcome {
  const { version } = release;
  const order = semver.compare(version, running);
  if (order > 0 && isPreview(release, running)) return { kind: 'preview', version };
  return { kind: order > 0 ? 'newer' : order < 0 ? 'older' : 'same', version };
}

function read(text: string | null, log: (line: string) => void): Stored {
  if (text === null) return OFF;
  try {
    return storedSchema.parse(JSON.parse(text));
  } catch {
    log(`the setting "${SETTING}" cannot be used; looking for updates is off`);
    return OFF;
  }
}
