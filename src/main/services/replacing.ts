/**
 * Who replaces the record: a move or a restore, one at a time and, once it is done, for good. Both are other files at the end, so whatever was
 * written meanwhile would be lost: nothing is, from the moment it is taken until the one who took it lets go of it.
 */
import { FolioError } from '../../shared/errors.ts';
import type { ReplacedRecord } from '../../shared/keeping.ts';
import type { Store } from '../store/types.ts';

export type Replacing = 'move' | 'restore';

/** Work on the record that takes a while, and is no training: what reads it whole, and what is stored in pieces. */
export type LongWork = 'backup' | 'export' | 'import' | 'text';

/** Held by who took the record. */
export interface Hold {
  /** Nothing can be cancelled from here on: {@link RecordOwner.settled} waits for how it ends. */
  commit(): void;
  /** The record is another one now, or is closed: until the program starts again nothing is written and nobody else takes it. */
  finish(outcome: ReplacedRecord): void;
  /** All is as before. Does nothing once it is finished or given back. */
  release(): void;
}

export class RecordOwner {
  readonly #store: Pick<Store, 'freeze'>;
  readonly #work = new Set<{ readonly what: LongWork }>();
  readonly #listeners = new Set<(outcome: ReplacedRecord) => void>();
  #holder: { readonly what: Replacing; readonly hold: Hold } | null = null;
  #outcome: ReplacedRecord | null = null;
  #end: Promise<void> | null = null;

  constructor(store: Pick<Store, 'freeze'>) {
    this.#store = store;
  }

  /** What became of the record; null while it is the one that was opened. */
  get outcome(): ReplacedRecord | null {
    return this.#outcome;
  }

  /** The same, after a move or restore that can no longer be cancelled has ended. */
  async settled(): Promise<ReplacedRecord | null> {
    await this.#end;
    return this.#outcome;
  }

  /** Is told when the program is to be started again, at once when that is so already. Returns the way to leave. */
  onOutcome(listener: (outcome: ReplacedRecord) => void): () => void {
    this.#listeners.add(listener);
    if (this.#outcome !== null) listener(this.#outcome);
    return () => this.#listeners.delete(listener);
  }

  /** Why this cannot begin now; null when it can. */
  refusal(what: Replacing | LongWork): FolioError | null {
    // A record that is moved is read only, by others too, and stays where it is.
    const isHarmless = readsOnly(what);
    if (this.#outcome !== null) return isHarmless && this.#outcome.kind === 'moved' ? null : over(this.#outcome);
    if (this.#holder !== null) return isHarmless && this.#holder.what === 'move' ? null : underWay(this.#holder.what);
    if (what !== 'move' && what !== 'restore') return null;
    const inTheWay = [...this.#work].find((work) => what === 'restore' || !readsOnly(work.what));
    return inTheWay === undefined ? null : underWay(inTheWay.what);
  }

  /** At once, before anything is waited for. From now on nothing can be written. Throws FolioError what {@link refusal} gives. */
  take(what: Replacing): Hold {
    const refused = this.refusal(what);
    if (refused !== null) throw refused;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const isMine = (): boolean => this.#holder?.hold === hold && this.#outcome === null;
    const hold: Hold = {
      commit: () => {
        if (isMine()) this.#end = promise;
      },
      finish: (outcome) => {
        if (!isMine()) return;
        this.#outcome = outcome;
        this.#store.freeze(outcome.kind === 'moved' ? 'the record has been moved' : 'the record has been closed', true);
        resolve(undefined);
        for (const listener of this.#listeners) listener(outcome);
      },
      release: () => {
        if (!isMine()) return;
        this.#holder = this.#end = null;
        this.#store.freeze(null);
        resolve(undefined);
      },
    };
    this.#holder = { what, hold };
    this.#store.freeze(what === 'move' ? 'the record is being moved' : 'a backup is being put in its place');
    return hold;
  }

  /** Does long work, which keeps from beginning what it would spoil, or would be spoilt by. Rejects with what {@link refusal} gives. */
  async during<T>(what: LongWork, work: () => Promise<T>): Promise<T> {
    const refused = this.refusal(what);
    if (refused !== null) throw refused;
    const own = { what };
    this.#work.add(own);
    try {
      return await work();
    } finally {
      this.#work.delete(own);
    }
  }
}

function readsOnly(what: Replacing | LongWork): boolean {
  return what === 'backup' || what === 'export';
}

function underWay(what: Replacing | LongWork): FolioError {
  return new FolioError('busy', WORDS[what].message, 'Wait until it has ended, or cancel it.');
}

const WORDS: Readonly<Record<Replacing | LongWork, { readonly message: string }>> = {
  move: { message: 'the record is being moved' },
  restore: { message: 'a backup is being put in its place' },
  backup: { message: 'a backup is being made' },
  export: { message: 'a run is being exported' },
  import: { message: 'a run is being imported' },
  text: { message: 'a text is being added' },
};

function over({ kind }: ReplacedRecord): FolioError {
  const message = kind === 'moved' ? 'the record has been moved' : 'the record has been closed';
  return new FolioError('busy', message, 'Start Folio again.');
}
