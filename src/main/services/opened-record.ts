/** The record of an app: opened when it is first needed, with the threads that write and read its checkpoints. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Sample } from '../../shared/domain.ts';
import { CheckpointReader } from '../store/checkpoint-reader.ts';
import { CheckpointWriter } from '../store/checkpoint-writer.ts';
import { isEmptyRecord } from '../store/empty-record.ts';
import { openStore, RECORD } from '../store/open.ts';
import type { NewSample, Store } from '../store/types.ts';
import { finishBrokenRestore } from './broken-restore.ts';
import { mendPlaces } from './default-place.ts';
import { once, type Once } from './once.ts';

/**
 * `write` takes the record's lock at once (FolioError 'locked' when another process has it) and turns dead runs into
 * interrupted ones. `read` opens it when it is first needed. `auto` is `write` where nobody else writes, else `read`. `look` is
 * `auto` that lets go of the lock at once and takes it again, for a moment, only to store generated texts.
 */
export type RecordMode = 'read' | 'write' | 'auto' | 'look';

/** How long storing generated texts waits for another writer. */
const MOMENT_MS = 1000;

export interface RecordOptions {
  readonly dataDir: string;
  readonly mode: RecordMode;
  /** The default data folder; null where the person named another with FOLIO_DATA. */
  readonly defaultFolder: string | null;
  /** Takes what a person is to know. */
  readonly log: (line: string) => void;
}

export interface OpenedRecord {
  /** Throws what openStore throws. */
  readonly store: Once<Store>;
  /** The thread that writes checkpoints. */
  readonly checkpoints: Once<CheckpointWriter>;
  /** The thread that reads them. */
  readonly stored: Once<CheckpointReader>;
  /** Stores texts in any mode but `read`. */
  readonly addSamples: (samples: readonly NewSample[]) => Sample[];
  /** A connection for one change where the record is not open, to be closed by the caller; null where there is none to change. */
  readonly writer: () => Store | null;
}

export function openRecord({ dataDir, mode, defaultFolder, log }: RecordOptions): OpenedRecord {
  const store = once((): Store => {
    let wasSwept = false;
    const swept = (): void => void (wasSwept = true);
    const opened = openStore(dataDir, { mode: mode === 'look' ? 'auto' : mode, swept });
    if (opened.readOnly) return opened;
    const told = finishBrokenRestore(dataDir, wasSwept, () => isEmptyRecord(opened.path));
    if (told !== null) log(told);
    mendPlaces({ home: defaultFolder, dataDir, forWork: mode === 'write', log });
    opened.sweepDeadRuns();
    opened.shareWith(() => checkpoints.made?.stored() ?? null);
    if (mode !== 'look') return opened;
    opened.close();
    return openStore(dataDir, { mode: 'read' });
  });
  const checkpoints = once(() => new CheckpointWriter(store.get().path));
  return {
    store,
    checkpoints,
    stored: once(() => new CheckpointReader(store.get().path)),
    addSamples(samples) {
      if (mode !== 'look') return store.get().addSamples(samples);
      const writer = openStore(dataDir, { mode: 'write', lockWait: MOMENT_MS });
      try {
        return writer.addSamples(samples);
      } finally {
        writer.close();
      }
    },
    writer: () => (existsSync(join(dataDir, RECORD)) ? openStore(dataDir, { mode: 'write', lockWait: 0 }) : null),
  };
}
