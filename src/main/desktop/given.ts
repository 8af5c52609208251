/** Files that the system names when it starts the program, or a second time. */
import { isGivable } from '../services/given-files.ts';

/** Those of a command line: after the program itself, and no options. */
export function givenIn(argv: readonly string[]): string[] {
  return argv.slice(1).filter((word) => !word.startsWith('-') && isGivable(word));
}
