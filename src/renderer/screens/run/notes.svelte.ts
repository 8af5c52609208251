/** A run's tags and notes as they are edited: kept as one types, half a second after the last key. */
import type { RunDetail } from '../../../shared/domain.ts';
import type { Folio } from '../../state/folio.svelte.ts';

const PAUSE_MS = 500;
const MOST_TAGS = 30;
const LONGEST_TAG = 60;

export class NotesEditor {
  readonly #folio: Folio;
  readonly #run: number;
  #notes: string = $state('');
  #tags: readonly string[] = $state.raw([]);
  #saved: 'idle' | 'saving' | 'saved' | 'failed' = $state('idle');
  #timer: ReturnType<typeof setTimeout> | undefined;
  #underWay = 0;

  /** What is typed here is newer than what comes back: the run is looked at once. */
  constructor(folio: Folio, run: Pick<RunDetail, 'id' | 'notes' | 'tags'>) {
    this.#folio = folio;
    this.#run = run.id;
    this.#notes = run.notes;
    this.#tags = run.tags;
  }

  get notes(): string {
    return this.#notes;
  }

  set notes(notes: string) {
    this.#notes = notes;
    this.#saved = 'saving';
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), PAUSE_MS);
  }

  get tags(): readonly string[] {
    return this.#tags;
  }

  get saved(): 'idle' | 'saving' | 'saved' | 'failed' {
    return this.#saved;
  }

  add(typed: string): void {
    const tag = typed.trim().slice(0, LONGEST_TAG);
    if (tag === '' || this.#tags.includes(tag) || this.#tags.length >= MOST_TAGS) return;
    this.#tags = [...this.#tags, tag];
    void this.#keep({ tags: [...this.#tags] });
  }

  remove(tag: string): void {
    this.#tags = this.#tags.filter((other) => other !== tag);
    void this.#keep({ tags: [...this.#tags] });
  }

  /** Keeps notes that wait to be kept; for leaving the page. */
  flush(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    void this.#keep({ notes: this.#notes });
  }

  async #keep(change: { readonly notes?: string; readonly tags?: string[] }): Promise<void> {
    this.#saved = 'saving';
    this.#underWay++;
    const { client, notices } = this.#folio;
    const done = await notices.guard(() =>
      client.request('runs:annotate', { id: this.#run, ...change }).then(() => true),
    );
    this.#underWay--;
    if (done === null) this.#saved = 'failed';
    else if (this.#underWay === 0 && this.#timer === undefined) this.#saved = 'saved';
  }
}
