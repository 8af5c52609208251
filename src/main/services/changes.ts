/** Tells windows what became of the lists that they show. Changes that come close together are told together. */
import type { CorpusListing } from '../../shared/contract/corpora.ts';
import type { RunsChange } from '../../shared/contract/runs.ts';
import type { RunSummary } from '../../shared/domain.ts';
import type { TrainingEvent } from '../../shared/events.ts';

/** Between two tellings. */
const INTERVAL_MS = 100;

export interface ChangeSources {
  /** The summaries of those of these runs that the list shows: neither archived nor deleted. */
  runs(ids: readonly number[]): readonly RunSummary[];
  corpora(): readonly CorpusListing[];
  /** The runs that learnt from a text. */
  runsOfCorpus(id: number): readonly { readonly id: number }[];
  /** The training's events; returns the way to leave. */
  training(listener: (event: TrainingEvent) => void): () => void;
  /** Takes why the summaries could not be read: nobody waits for them who could be told. */
  failed(error: unknown): void;
}

export class Changes {
  readonly #sources: ChangeSources;
  readonly #runListeners = new Set<(change: RunsChange) => void>();
  readonly #corpusListeners = new Set<(corpora: readonly CorpusListing[]) => void>();
  readonly #pending = new Set<number>();
  readonly #leave: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(sources: ChangeSources) {
    this.#sources = sources;
    this.#leave = sources.training((event) => {
      if (changesSummary(event)) this.runs([event.run]);
    });
  }

  /** These runs are new, changed or gone. */
  runs(ids: readonly number[]): void {
    for (const id of ids) this.#pending.add(id);
    this.#timer ??= setTimeout(() => this.#tell(), INTERVAL_MS);
  }

  corpora(): void {
    if (this.#corpusListeners.size === 0) return;
    const list = this.#sources.corpora();
    for (const listener of this.#corpusListeners) listener(list);
  }

  /** This text has another name, which its runs show too. */
  corpusName(id: number): void {
    this.runs(this.#sources.runsOfCorpus(id).map((run) => run.id));
    this.corpora();
  }

  onRuns(listener: (change: RunsChange) => void): () => void {
    this.#runListeners.add(listener);
    return () => this.#runListeners.delete(listener);
  }

  onCorpora(listener: (corpora: readonly CorpusListing[]) => void): () => void {
    this.#corpusListeners.add(listener);
    return () => this.#corpusListeners.delete(listener);
  }

  close(): void {
    this.#leave();
    clearTimeout(this.#timer);
    this.#runListeners.clear();
    this.#corpusListeners.clear();
  }

  #tell(): void {
    this.#timer = undefined;
    const ids = [...this.#pending];
    this.#pending.clear();
    if (this.#runListeners.size === 0) return;
    let changed: readonly RunSummary[];
    try {
      changed = this.#sources.runs(ids);
    } catch (error) {
      this.#sources.failed(error); // windows show what they have; thrown from a timer, it would end the program and its training
      return;
    }
    const there = new Set(changed.map(({ id }) => id));
    const gone = ids.filter((id) => !there.has(id));
    for (const listener of this.#runListeners) listener({ changed, gone });
  }
}

/** Steps are told by the training's own news; the list changes with these. */
function changesSummary(event: TrainingEvent): boolean {
  switch (event.type) {
    case 'created':
    case 'engine':
    case 'epoch':
    case 'checkpoint':
    case 'status':
    case 'finished':
      return true;
    default:
      return false;
  }
}
