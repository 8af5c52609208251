/** Files that the system hands to the program: opened from a file manager, or named when it was started. A window is asked what to do. */
import type { ChosenFile } from '../../shared/contract/app.ts';
import type { ChosenFiles } from './chosen-files.ts';

type Listener = (file: ChosenFile) => void;

/** The ending of files that are opened so. */
export function isGivable(path: string): boolean {
  return /\.folio$/i.test(path);
}

export class GivenFiles {
  readonly #files: Pick<ChosenFiles, 'toRead'>;
  readonly #listeners = new Set<Listener>();
  #waiting: ChosenFile[] = [];
  /** When all that was given before is told, or is known not to be there. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(files: Pick<ChosenFiles, 'toRead'>) {
    this.#files = files;
  }

  /**
   * Tells it to a window, or to the next that listens, after all that was given before it. Rejects with FolioError 'file' when
   * it cannot be found.
   */
  give(path: string): Promise<void> {
    const told = this.#before.then(async () => this.#tell(await this.#files.toRead(path)));
    this.#before = told.catch(() => undefined);
    return told;
  }

  /** Returns the way to leave. Each file is told once. */
  onGiven(listener: Listener): () => void {
    this.#listeners.add(listener);
    for (const file of this.#waiting.splice(0)) listener(file);
    return () => this.#listeners.delete(listener);
  }

  #tell(file: ChosenFile): void {
    const [listener] = this.#listeners;
    if (listener === undefined) this.#waiting.push(file);
    else listener(file);
  }
}
