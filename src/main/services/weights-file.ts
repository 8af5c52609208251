/** A file of weights on the disk, before anything is believed of it. */
import { stat } from 'node:fs/promises';
import { FolioError } from '../../shared/errors.ts';
import { MAX_STORED_BYTES } from '../../shared/limits.ts';

/** What the record can store, and some room for metadata of others: a larger file is refused before it is read. */
const MAX_FILE_BYTES = MAX_STORED_BYTES + 10_000_000;

/** Throws FolioError 'file' when there is no such file, or one too large. What is in it: import-kind.ts, and whoever reads it. */
export async function requireWeightsFile(file: string): Promise<void> {
  await explaining(file, async () => {
    const info = await stat(file);
    if (info.size > MAX_FILE_BYTES)
      throw new FolioError(
        'file',
        `${file} has ${(info.size / 1e9).toFixed(2)} GB, and ${(MAX_STORED_BYTES / 1e9).toFixed(2)} GB is the most that can be imported`,
      );
  });
}

/** Calls `work`, which reads the file, and explains what it throws. */
export async function explaining<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FolioError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const reason = code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'you may not read it' : code;
    throw new FolioError('file', `${file} cannot be read: ${reason}`, 'Check the path.', { cause: error });
  }
}
