/** A backup put in the place of the record from the window: chosen, read whole, looked at, and then put there. */
import type { ChosenFile } from '../../../shared/contract/app.ts';
import { runJob } from '../../../shared/contract/client.ts';
import type { CopyProgress, ExaminedBackup, RestoredRecord } from '../../../shared/keeping.ts';
import type { Folio } from '../../state/folio.svelte.ts';
import { LongJob } from '../../state/long-job.svelte.ts';

/** A backup that may be put in place. */
export interface FoundBackup {
  readonly file: ChosenFile;
  readonly found: ExaminedBackup;
}

export class Restoring {
  readonly examination = new LongJob<CopyProgress, FoundBackup>();
  readonly restoration = new LongJob<CopyProgress, RestoredRecord>();
  readonly #folio: Folio;

  constructor(folio: Folio) {
    this.#folio = folio;
  }

  get running(): LongJob<CopyProgress, unknown> | null {
    return [this.examination, this.restoration].find((job) => job.running) ?? null;
  }

  /** Asks which, then reads it. */
  choose(): Promise<void> {
    this.restoration.forget();
    return this.examination.start(async (heard, signal) => {
      const file = await this.#folio.connection.openFile('record');
      if (file === null) return null;
      const found = await runJob(this.#folio.client, 'record:examine-backup', { file: file.handle }, heard, signal);
      return { file, found };
    });
  }

  /** Puts what was found in the place of the record. */
  async restore({ file }: FoundBackup): Promise<void> {
    await this.restoration.start((heard, signal) =>
      runJob(this.#folio.client, 'record:restore', { file: file.handle }, heard, signal),
    );
  }

  /** Thinks better of it. */
  async leave({ file }: FoundBackup): Promise<void> {
    this.examination.reset();
    this.restoration.forget();
    await this.#folio.notices.guard(() => this.#folio.client.request('files:release', { handle: file.handle }));
  }
}

const all = new WeakMap<Folio, Restoring>();

/** The window's one: it goes on while one looks at another screen. */
export function restoringOf(folio: Folio): Restoring {
  const restoring = all.get(folio) ?? new Restoring(folio);
  all.set(folio, restoring);
  return restoring;
}
