/** A thread that writes one bundle, or reads one for the record. Started by bundle-thread.ts; never imported. */
import { parentPort, workerData } from 'node:worker_threads';
import { FolioError, toErrorMessage } from '../../shared/errors.ts';
import { answerAside, tellProgress } from '../store/aside-answers.ts';
import { openBundle, type OpenBundle } from '../store/bundle-read.ts';
import { writeBundle, type WrittenBundle } from '../store/bundle-write.ts';
import { listenUntilEnd } from '../store/thread-end.ts';
import { NotWhole, readHead, readPieces, type BundleHead, type BundlePiece } from './bundle-pieces.ts';
import type { BundleTask, FromBundleReader, ToBundleReader } from './bundle-thread.ts';
import { wholeBuffers } from './piece-buffers.ts';

if (parentPort === null) throw new FolioError('internal', 'the thread for runs in files was started as a program');
const port = parentPort;
const task = workerData as BundleTask;

if (task.type === 'write') answerAside(() => write(task));
else serveReader(task.file);

/** What was written is read as another computer would read it. */
function write({ record, to, runId, options }: Extract<BundleTask, { type: 'write' }>): WrittenBundle {
  const progress = tellProgress();
  const written = writeBundle(record, to, runId, options, progress);
  const bundle = openBundle(to);
  try {
    for (const piece of readPieces(bundle, readHead(bundle), true)) progress({ ...piece.progress, phase: 'check' });
  } catch (error) {
    const isRefusal = error instanceof FolioError && error.code !== 'cancelled';
    throw isRefusal ? refusedByItself(error, runId) : error;
  } finally {
    bundle.close();
  }
  return written;
}

/** The file is as it was just written, and matches its SHA-256s: what it holds is what the record holds. */
function refusedByItself(error: FolioError, runId: number): FolioError {
  const reason = error.cause instanceof NotWhole ? error.cause.message : error.message;
  return new FolioError(
    'damaged',
    `run ${runId} holds something that no Folio would take from a file: ${reason}`,
    'Make a backup instead: it takes the whole record as it is. `folio doctor` looks for what is damaged.',
    { cause: error },
  );
}

function serveReader(file: string): void {
  let bundle: OpenBundle | null = null;
  let head: BundleHead | null = null;
  let pieces: Generator<BundlePiece, void, undefined> | null = null;
  const answer = ({ type, storeText }: ToBundleReader): FromBundleReader => {
    bundle ??= openBundle(file);
    head ??= readHead(bundle);
    if (type === 'head') return { type: 'head', head };
    pieces ??= readPieces(bundle, head, storeText);
    const next = pieces.next();
    return { type: 'piece', piece: next.done === true ? null : next.value };
  };
  const hear = (message: ToBundleReader): void => {
    try {
      const said = answer(message);
      port.postMessage(said, said.type === 'piece' && said.piece !== null ? wholeBuffers(said.piece.piece) : []);
    } catch (error) {
      port.postMessage({ type: 'failed', error: toErrorMessage(error) } satisfies FromBundleReader);
    }
  };
  listenUntilEnd(port, hear, () => {
    pieces?.return(); // SQLite closes no file that rows are being read from
    bundle?.close();
  });
}
