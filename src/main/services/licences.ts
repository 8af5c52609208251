/** The file with the licences of what others wrote (THIRD-PARTY-NOTICES.txt), which a package carries. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { FolioError, toErrorMessage } from '../../shared/errors.ts';

export interface LicenceService {
  there(): boolean;
  /**
   * The text, or null where there is none.
   *
   * @throws FolioError 'file' when it is there and cannot be read
   */
  read(): Promise<string | null>;
}

/** @param places where the file may be, the likeliest first */
export function createLicenceService(places: readonly string[]): LicenceService {
  const find = (): string | undefined => places.find((place) => existsSync(place));
  return {
    there: () => find() !== undefined,
    async read() {
      const file = find();
      if (file === undefined) return null;
      try {
        return await readFile(file, 'utf8');
      } catch (error) {
        throw new FolioError(
          'file',
          `the licences cannot be read: ${toErrorMessage(error).message}`,
          `They are in ${file}.`,
          { cause: error },
        );
      }
    },
  };
}
