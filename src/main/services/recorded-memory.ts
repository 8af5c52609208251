/** What is remembered of engines, as a setting of the record. */
import { FolioError } from '../../shared/errors.ts';
import type { Store } from '../store/types.ts';
import type { EngineMemory } from './engine-memory.ts';

const ENGINES = 'engines';

type Record = Pick<Store, 'setting' | 'setSetting' | 'writable' | 'readOnly'>;

export interface RecordedMemoryOptions {
  /** The record that is open; null while none is: trying engines is no reason to open one. */
  readonly record: () => Record | null;
  /** Opens it for a moment where it is not open for writing; null where there is none. Throws FolioError 'locked' when another writes. */
  readonly writer: () => (Record & { close(): void }) | null;
  /** Is told what went wrong: it is known all the same, until this process ends. */
  readonly failed: (error: unknown) => void;
}

export function createRecordedMemory({ record, writer, failed }: RecordedMemoryOptions): EngineMemory {
  /** What is not in the record, or not yet. */
  let latest: string | null = null;

  const writeFor = (text: string): void => {
    try {
      const opened = writer();
      if (opened === null) return;
      try {
        opened.setSetting(ENGINES, text);
      } finally {
        opened.close();
      }
      if (record() !== null) latest = null;
    } catch (error) {
      // Somebody else writes: nothing is wrong, and what was found will be found again.
      if (!(error instanceof FolioError && error.code === 'locked')) failed(error);
    }
  };

  return {
    read: () => latest ?? record()?.setting(ENGINES) ?? null,
    write: (text) => {
      latest = text;
      const open = record();
      if (open === null || open.readOnly) {
        writeFor(text);
        return;
      }
      const store = (): void => {
        open.setSetting(ENGINES, text);
        if (latest === text) latest = null;
      };
      const turn = open.writable();
      if (turn === null) store();
      else turn.then(store).catch(failed);
    },
  };
}
