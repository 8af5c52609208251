/** Files that the system names when it starts the program, or a second time. */
import { existsSync } from 'node:fs';
import { isGivable } from '../services/given-files.ts';

/** Those of a command line: after the program itself, and no options. */
export function givenIn(argv: readonly string[]): string[] {
  return argv.slice(1).filter((word) => !word.startsWith('-') && isGivable(word));
}

/** Words of a command line that mean nothing to the window: no option, and no file that a file manager might have named. */
export function strangeIn(argv: readonly string[]): string[] {
  return argv
    .slice(1)
    .filter((word) => word !== '' && !word.startsWith('-') && !isGivable(word) && !isUrl(word) && !existsSync(word));
}

function isUrl(word: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(word);
}
