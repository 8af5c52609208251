/** `--units 64`: an option that is not one, but the name of a setting. */
import { CONFIG_KEYS } from '../../shared/config.ts';
import type { ConfigKey } from '../../shared/config.ts';
import { shellWord } from './command-line.ts';

/** Names that other programs have for the same thing. */
const ALIASES: Readonly<Record<string, ConfigKey>> = {
  lr: 'learningRate',
  hiddensize: 'units',
  rnnsize: 'units',
  embeddingdim: 'embeddingSize',
  seqlength: 'sequenceLength',
  steps: 'maxSteps',
};

/** Settings that `folio train` has as options of their own too. */
const OPTIONS: readonly ConfigKey[] = ['epochs', 'minutes'];

/**
 * How to say what was meant by an unknown option, or null where it is no setting's name: "Use `--set units=64`." Every other word of the
 * command line that has the same fault is put right with it.
 *
 * @param message commander's: "unknown option '--units'"
 */
export function settingHint(command: string, message: string, argv: readonly string[]): string | null {
  const unknown = /'(-.*)'/.exec(message)?.[1] ?? '';
  if (settingOf(unknown) === null) return null;
  if (command !== 'train' && command !== 'resume') return null;
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  const pairs = words.flatMap((word, index) => {
    const key = settingOf(word);
    if (key === null || (command === 'train' && OPTIONS.includes(key) && /^--[a-z]+(=|$)/.test(word))) return [];
    return [`--set ${key}=${valueOf(word, words[index + 1])}`];
  });
  return pairs.length === 0 ? null : `Use \`${pairs.join(' ')}\`.`;
}

/** The setting that an option's name stands for, whatever its case and dashes; null when there is none. */
function settingOf(word: string): ConfigKey | null {
  if (!word.startsWith('--')) return null;
  const plain = (name: string): string => name.toLowerCase().replace(/[-_]/g, '');
  const name = plain(word.replace(/=.*/s, ''));
  return CONFIG_KEYS.find((key) => plain(key) === name) ?? ALIASES[name] ?? null;
}

/** What follows the equals sign, else the next word unless it is an option itself. */
function valueOf(word: string, next: string | undefined): string {
  const equals = word.indexOf('=');
  if (equals !== -1) return shellWord(word.slice(equals + 1));
  return next === undefined || /^-(?![\d.])/.test(next) ? 'VALUE' : shellWord(next);
}
