/** What the program around the api can do that differs between a window of its own and a browser. */
import type { AppInfo, FileKind } from '../../shared/contract/app.ts';

export interface Host {
  readonly kind: AppInfo['host'];
  readonly logFile: string | null;
  /**
   * A command line that can be typed as it stands ("npx folio move --to"), for what this page cannot do; null where it can, or where there is no
   * command line. @param dataDir the folder that it is to name; undefined for the one that it finds by itself
   */
  typed(words: readonly string[], dataDir?: string): string | null;
  /** Asks the person for a file to read; its path, or null when they changed their mind. */
  openFile(kind: FileKind): Promise<string | null>;
  /** Asks the person for several files to read; none when they changed their mind. */
  openFiles(kind: FileKind): Promise<readonly string[]>;
  /** Asks for a place to write to. */
  saveFile(kind: FileKind, suggestedName: string): Promise<string | null>;
  /** Asks for a folder to write to; null when they changed their mind. Throws FolioError 'usage' where that is not possible. */
  chooseFolder(): Promise<string | null>;
  /** Ends the program and starts it again. Throws FolioError 'usage' where it cannot. */
  restart(): void;
  /** Shows a folder in the system's file manager. Throws FolioError 'usage' where there is none. */
  showFolder(path: string): Promise<void>;
  /** Opens a page of the web in the system's browser: https only. Throws FolioError 'usage' where the page itself is in one. */
  openPage(address: string): Promise<void>;
}
