/** One run in one file, to be carried to another computer and gone on with there. */
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { FolioError } from '../../shared/errors.ts';
import type { CopyProgress, ImportedBundle } from '../../shared/keeping.ts';
import type { BundleOptions, WrittenBundle } from '../store/bundle-write.ts';
import type { ImportPiece, ImportTarget } from '../store/import-types.ts';
import type { Store } from '../store/types.ts';
import { BundleReader, writeBundleAside } from './bundle-thread.ts';
import type { BundleHead } from './bundle-pieces.ts';
import { wholeBuffers } from './piece-buffers.ts';
import { refuseTarget } from './chosen-target.ts';
import { BUILTIN_SHA256 } from './corpora.ts';
import { freeDisk } from './machine.ts';
import { withPartFile } from './part-file.ts';
import { distinctName } from './run-names.ts';
import { refuseBackup, requireKind } from './import-kind.ts';
import { explaining } from './weights-file.ts';

export interface ExportedBundle extends WrittenBundle {
  readonly replaced: boolean;
  /** Bytes of what exports to this name had left that were broken off; it is gone. */
  readonly bytesFreed: number;
}

export interface ImportBundle {
  /** A second one of a run that is here already. */
  readonly copy?: boolean;
  /** Its own by default. */
  readonly name?: string | undefined;
  readonly progress?: (progress: CopyProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface BundleService {
  /**
   * Writes a run, as it is now, into a file that is there whole and checked or not at all.
   *
   * @throws FolioError 'not-found', 'file', 'damaged' (its text), 'cancelled'
   */
  exportRun(
    runId: number,
    file: string,
    options: BundleOptions,
    progress: (progress: CopyProgress) => void,
    signal?: AbortSignal,
  ): Promise<ExportedBundle>;
  /**
   * Makes a run of it, with all that it was. It appears when it is whole; nothing of it stays otherwise.
   *
   * @throws FolioError 'file' (what is wrong with it), 'newer-database', 'cancelled', 'read-only'
   */
  importRun(file: string, options?: ImportBundle): Promise<ImportedBundle>;
}

export interface BundleThreads {
  /** The program of the thread that reads and writes files: bundle-worker.ts, or what was built from it. */
  readonly entry: URL;
  /** Stores pieces; absent, the caller's thread does and stands still meanwhile. */
  readonly writer?: {
    importPiece(piece: ImportPiece, target: ImportTarget | null, moved?: readonly ArrayBuffer[]): Promise<ImportTarget>;
  };
  /** Frees what was discarded, some time later. */
  readonly purge?: () => void;
  /** Has the text that comes with every Folio stored. */
  readonly builtin?: () => Promise<unknown>;
}

export function createBundleService(store: Store, { entry, writer, purge, builtin }: BundleThreads): BundleService {
  const put = async (piece: ImportPiece, target: ImportTarget | null): Promise<ImportTarget> => {
    store.requireWritable();
    if (writer !== undefined) return writer.importPiece(piece, target, wholeBuffers(piece));
    await store.writable();
    return store.importPiece(piece, target);
  };

  /** What is left of it is freed by the next start, should even that fail. */
  const discard = async (target: ImportTarget): Promise<void> => {
    try {
      await put({ type: 'discard' }, target);
      purge?.();
    } catch {
      // as said above: what happened first is what the person is told
    }
  };

  const already = ({ run }: BundleHead): Extract<ImportedBundle, { kind: 'already' }> | null => {
    const same = store
      .listRuns()
      .find(({ id, createdAt }) => createdAt === run.createdAt && isSame(store.run(id).vocabulary, run.vocabulary));
    if (same === undefined) return null;
    return { kind: 'already', run: same.id, name: same.name, step: same.step, fileStep: run.step };
  };

  return {
    async exportRun(runId, file, options, progress, signal) {
      const { storedBytes } = store.run(runId);
      const before = async (): Promise<void> => {
        await refuseBackup(file);
        refuseTarget(file, store.path); // last: nothing comes in between then
      };
      refuseTarget(file, store.path);
      await before();
      // What is left out is not known yet; what is left cannot be too much for a disk that has room for it all.
      let bytesFreed = 0;
      const removed = (bytes: number): void => void (bytesFreed = bytes);
      const room = { expectedBytes: options.checkpoints === 'all' ? storedBytes : 0, signal, before, removed };
      const { made, replaced } = await withPartFile(file, room, (to) =>
        writeBundleAside(entry, { record: store.path, to, runId, options }, { progress, signal }),
      );
      return { ...made, replaced, bytesFreed };
    },

    async importRun(file, { copy = false, name, progress, signal } = {}) {
      await requireKind(file, 'bundle');
      const { size } = await explaining(file, () => stat(file));
      const free = freeDisk(dirname(store.path));
      if (free !== null && free < size) throw noRoom(basename(file));
      const reader = new BundleReader(entry, file);
      const cancel = (): void => void reader.close();
      signal?.addEventListener('abort', cancel, { once: true });
      let target: ImportTarget | null = null;
      try {
        refuseAborted(signal);
        const head = await reader.head();
        const known = copy ? null : already(head);
        if (known !== null) return known;
        const storeText = head.text !== null && store.findCorpus(head.text.sha256) === null;
        const own = distinctName(
          name ?? head.run.name,
          store.listRuns().map((run) => run.name),
        );
        for (let next = await reader.next(storeText); next !== null; next = await reader.next(storeText)) {
          refuseAborted(signal);
          const { piece } = next;
          target = await put(piece.type === 'run' ? { ...piece, run: { ...piece.run, name: own } } : piece, target);
          progress?.(next.progress);
        }
        if (target === null) throw new FolioError('internal', 'a bundle without pieces');
        const { runId } = target;
        if (store.run(runId).awaitedText?.sha256 === BUILTIN_SHA256) await builtin?.().catch(() => undefined); // it is awaited still, then
        return { kind: 'imported', run: runId, name: own, awaitedText: store.run(runId).awaitedText };
      } catch (error) {
        if (target !== null) await discard(target);
        refuseAborted(signal);
        throw error;
      } finally {
        signal?.removeEventListener('abort', cancel);
        await reader.close();
      }
    },
  };
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((character, id) => character === other[id]);
}

function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new FolioError('cancelled', 'cancelled; nothing of it was stored');
}

function noRoom(name: string): FolioError {
  return new FolioError('file', `there is no room for ${name} on the disk of the data folder`, 'Free some space.');
}
