/** Command lines that the person can type as they stand, wherever one is proposed. */
import type { Io } from './io.ts';

/** How this Folio is called. */
export function programName({ env }: Pick<Io, 'env'>): string {
  const script = env['npm_lifecycle_event'];
  return script === 'folio' || script === 'start' ? 'npm run folio --' : 'npx folio';
}

/** A command line that can be typed as it stands. */
export function commandLine(io: Pick<Io, 'env'>, dataDir: string | undefined, words: readonly string[]): string {
  return [programName(io), ...[...words, ...dataOption(dataDir)].map(shellWord)].join(' ');
}

/** What `folio` is followed by in a message; a sentence may begin with the same word. */
const COMMAND =
  '(train|resume|runs|show|generate|evaluate|export|import|delete|backup|restore|move|engines|doctor|serve|help)\\b|--help\\b';
/** A process that is named so was not started by this command line: see the lock's describeOwner. */
const QUOTED = new RegExp(`\`folio ((?:${COMMAND})[^\`]*)\`(?! \\(process )`, 'g');
/** Not what is called so already, nor a part of a name or a path. */
const BARE = new RegExp(`(?<!npx |npm run |["'\`(\\w/\\\\-])folio (?=(?:${COMMAND}))`, 'g');
/** Commands that do the same in every data folder. */
const EVERYWHERE = /^(engines|serve|help)\b|--help\b/;

/**
 * Messages say `folio resume 3`: the same as {@link commandLine} would say it. Between backticks the data folder comes last, as there;
 * where it cannot be seen how far a command goes, it comes first.
 */
export function asTyped(text: string, io: Pick<Io, 'env'>, dataDir: string | undefined): string {
  const program = programName(io);
  const data = dataOption(dataDir).map(shellWord);
  const dataFor = (command: string): readonly string[] => (EVERYWHERE.test(command) ? [] : data);
  return text
    .replaceAll(QUOTED, (_, command: string) => `\`${[program, command, ...dataFor(command)].join(' ')}\``)
    .replaceAll(BARE, (_, command: string | undefined) => `${[program, ...dataFor(command ?? '--help')].join(' ')} `);
}

/** A word as a shell reads it back. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(word) ? word : `"${word.replace(/["$`\\]/g, '\\$&')}"`;
}

function dataOption(dataDir: string | undefined): readonly string[] {
  return dataDir === undefined ? [] : ['--data', dataDir];
}
