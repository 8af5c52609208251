/** What the program around the api can do that differs between a window of its own and a browser. */
import type { AppInfo, FileKind } from '../../shared/contract/app.ts';

export interface Host {
  readonly kind: AppInfo['host'];
  readonly logFile: string | null;
  /** Asks the person for a file to read; its path, or null when they changed their mind. */
  openFile(kind: FileKind): Promise<string | null>;
  /** Asks the person for several files to read; none when they changed their mind. */
  openFiles(kind: FileKind): Promise<readonly string[]>;
  /** Asks for a place to write to. */
  saveFile(kind: FileKind, suggestedName: string): Promise<string | null>;
  /** Shows a folder in the system's file manager. Throws FolioError 'usage' where there is none. */
  showFolder(path: string): Promise<void>;
}
