/** Weights and whole runs on their way into the record, one file after the other: from the dialog, or dropped on the page. Outlives the screen. */
import type { ChosenFile } from '../../../shared/contract/app.ts';
import { runJob } from '../../../shared/contract/client.ts';
import type { CopyProgress } from '../../../shared/keeping.ts';
import { FolioError, toErrorMessage, type ErrorMessage } from '../../../shared/errors.ts';
import { isRun, isWeights } from '../../lib/text-name.ts';
import type { Folio } from '../../state/folio.svelte.ts';
import { importedName } from './describe.ts';

/** A file that could not be imported, and the way to try it again. */
export interface Failed {
  readonly id: number;
  readonly name: string;
  readonly error: ErrorMessage;
  readonly retry: () => void;
}

/** A file with a run that is here already, of which nothing was imported. */
export interface Known {
  readonly id: number;
  readonly file: ChosenFile;
  readonly run: number;
  /** What the run is called here. */
  readonly name: string;
  /** The way to have a second one. */
  readonly copy: () => void;
}

interface Coming {
  readonly name: string;
  readonly choose: () => Promise<ChosenFile>;
  /** A second one of a run that is here already. */
  readonly copy?: boolean;
  /** A chosen file's handle is gone when it failed: it is chosen again, and puts the failure away then. */
  readonly retry?: (failed: number) => void;
}

export class WeightsImport {
  readonly #folio: Pick<Folio, 'client' | 'connection' | 'notices' | 'format' | 'words'>;
  readonly #imported: (run: number) => void;
  #current: string | null = $state(null);
  #share: number | null = $state(null);
  #waiting: readonly Coming[] = $state.raw([]);
  #failed: readonly Failed[] = $state.raw([]);
  #known: readonly Known[] = $state.raw([]);
  #abort: AbortController | null = null;
  /** Also between two files. */
  #isRunning = false;
  /** Of files that are being chosen, or handed over by a browser. */
  readonly #choosing = new Set<AbortController>();
  #lastId = 0;

  /** @param imported is told of each run that was made */
  constructor(
    folio: Pick<Folio, 'client' | 'connection' | 'notices' | 'format' | 'words'>,
    imported: (run: number) => void,
  ) {
    this.#folio = folio;
    this.#imported = imported;
  }

  /** The name of the file that is being read; null when none is. */
  get current(): string | null {
    return this.#current;
  }

  /** How much of it is done, 0 to 1; null where that is not known. */
  get share(): number | null {
    return this.#share;
  }

  /** How many files come after it. */
  get waiting(): number {
    return this.#waiting.length;
  }

  get failed(): readonly Failed[] {
    return this.#failed;
  }

  get known(): readonly Known[] {
    return this.#known;
  }

  /** Lets the person choose a file. @param instead a failure that it replaces */
  async choose(instead: number | null = null): Promise<void> {
    const { connection, notices } = this.#folio;
    const abort = new AbortController();
    const { signal } = abort;
    this.#choosing.add(abort);
    // A browser hands a chosen file over before it answers: until then it is under way already.
    const begin = (name: string): void => {
      if (!signal.aborted) this.#current ??= name;
    };
    const chosen = (async () => connection.openFile('weights', begin))();
    const file = await notices.guard(() => Promise.race([chosen, aborted(signal)]));
    this.#choosing.delete(abort);
    if (this.#abort === null) this.#current = null;
    if (signal.aborted) this.#release(chosen);
    else if (file !== null) {
      if (instead === null) this.#beginAnew();
      else this.forget(instead);
      const retry = (failed: number): void => void this.choose(failed);
      await this.#take([{ name: file.name, choose: () => Promise.resolve(file), retry }]);
    }
  }

  /** Imports a file that was chosen already. */
  async takeChosen(file: ChosenFile): Promise<void> {
    this.#beginAnew();
    await this.#take([{ name: file.name, choose: () => Promise.resolve(file) }]);
  }

  /** Imports the weights and runs among the files; what else is there is said to belong elsewhere. */
  async drop(files: readonly File[]): Promise<void> {
    const { connection, notices, words } = this.#folio;
    const weights = files.filter(({ name }) => isWeights(name));
    if (weights.length < files.length) notices.say(words.shell.dropElsewhere, null, ['screen']);
    if (weights.length > 0) this.#beginAnew();
    await this.#take(weights.map((file) => ({ name: file.name, choose: () => connection.adopt(file) })));
  }

  /** Stops the one under way and all that wait. */
  cancel(): void {
    this.#waiting = [];
    this.#abort?.abort();
    for (const abort of this.#choosing) abort.abort();
  }

  /** Puts away what was read: a failure, or that a run is here already. */
  forget(id: number): void {
    const known = this.#known.find((one) => one.id === id);
    if (known !== undefined) this.#release(Promise.resolve(known.file));
    this.#drop(id);
  }

  #drop(id: number): void {
    this.#failed = this.#failed.filter((failed) => failed.id !== id);
    this.#known = this.#known.filter((known) => known.id !== id);
  }

  /** What came of earlier attempts gives way to the next one, unless that only joins them. */
  #beginAnew(): void {
    if (this.#isRunning) return;
    for (const { id } of [...this.#failed, ...this.#known]) this.forget(id);
  }

  async #take(files: readonly Coming[]): Promise<void> {
    this.#waiting = [...this.#waiting, ...files];
    if (this.#isRunning) return; // they follow what is under way
    this.#isRunning = true;
    const names: string[] = [];
    try {
      for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
        this.#waiting = this.#waiting.slice(1);
        if (await this.#import(next)) names.push(next.name);
      }
    } finally {
      this.#isRunning = false;
    }
    const { notices, words, format } = this.#folio;
    const [only, ...others] = names;
    if (only === undefined) return;
    notices.say(
      others.length === 0 ? words.history.imported(only) : words.history.importedMany(format.count(names.length)),
    );
  }

  /** @returns whether there is a new run; why not is shown, where it was not the person's wish */
  async #import(coming: Coming): Promise<boolean> {
    const { name, choose } = coming;
    const abort = new AbortController();
    this.#abort = abort;
    this.#current = name;
    const { client } = this.#folio;
    const chosen = choose();
    try {
      // A browser may still be handing it over when the person has thought better of it.
      const file = await Promise.race([chosen, aborted(abort.signal)]);
      if (isRun(name)) return await this.#importRun(coming, file, abort.signal);
      const payload = { file: file.handle, name: importedName(name) };
      const { run } = await runJob(client, 'runs:import-weights', payload, undefined, abort.signal);
      this.#imported(run);
      return true;
    } catch (error) {
      this.#release(chosen);
      if (!abort.signal.aborted) this.#fail(coming, toErrorMessage(error));
      return false;
    } finally {
      this.#abort = null;
      this.#current = null;
      this.#share = null;
    }
  }

  /** As the others. One that is here already is said to be, and the way to have a second is offered. */
  async #importRun(coming: Coming, file: ChosenFile, signal: AbortSignal): Promise<boolean> {
    const { client, notices, words } = this.#folio;
    const payload = { file: file.handle, copy: coming.copy === true };
    const heard = ({ done, total }: CopyProgress): void => {
      this.#share = total === 0 ? null : done / total;
    };
    const result = await runJob(client, 'runs:import-bundle', payload, heard, signal);
    if (result.kind === 'imported') {
      this.#imported(result.run);
      if (result.awaitedText !== null) notices.say(words.keeping.awaitsText(result.name, result.awaitedText.name));
      return true;
    }
    const id = ++this.#lastId;
    const copy = (): void => {
      this.#drop(id);
      void this.#take([{ name: coming.name, copy: true, choose: () => Promise.resolve(file) }]);
    };
    this.#known = [...this.#known, { id, file, run: result.run, name: result.name, copy }];
    return false;
  }

  /** Gives back a file that is not wanted any more, as soon as it was handed over. */
  #release(chosen: Promise<ChosenFile | null>): void {
    const release = async (): Promise<void> => {
      const file = await chosen;
      if (file !== null) await this.#folio.client.request('files:release', { handle: file.handle });
    };
    void release().catch(() => undefined); // it may be gone already, or was never there
  }

  #fail(coming: Coming, error: ErrorMessage): void {
    const id = ++this.#lastId;
    const again = (): void => {
      this.forget(id);
      void this.#take([coming]);
    };
    const retry = (): void => (coming.retry === undefined ? again() : coming.retry(id));
    this.#failed = [...this.#failed, { id, name: coming.name, error, retry }];
  }
}

/** Rejects when the signal says so. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new FolioError('cancelled', 'cancelled')), { once: true });
  });
}
