/** What a run's samples start with. */
import { describeCharacters } from './characters.ts';
import type { RunConfig } from './config.ts';
import { FolioError } from './errors.ts';
import { TUTORIAL_PROMPT } from './presets.ts';

/** Opening words are taken up to this many characters: enough to start from, short beside what the network writes. */
const LONGEST_OPENING = 24;
/** Of a text without spaces (Chinese, Japanese). */
const OPENING_WITHOUT_SPACES = 8;

/**
 * The prompts of a run on a text with this vocabulary. The presets' own prompt, "ROMEO: ", stands only where the vocabulary
 * spells it; else the text's opening words take its place.
 *
 * @param openingText the start of the corpus, a few hundred characters.
 * @throws FolioError 'prompt' that names the characters of any other prompt which the text does not have.
 */
export function defaultPrompts(
  config: Pick<RunConfig, 'prompts'>,
  vocabulary: readonly string[],
  openingText: string,
): string[] {
  const known = new Set(vocabulary);
  const unknownIn = (prompt: string) => [...new Set(prompt)].filter((character) => !known.has(character));
  if (config.prompts.length === 1 && config.prompts[0] === TUTORIAL_PROMPT && unknownIn(TUTORIAL_PROMPT).length > 0) {
    return [openingWords(openingText, known) || (vocabulary[0] ?? '')];
  }
  for (const prompt of config.prompts) {
    const unknown = unknownIn(prompt);
    if (unknown.length > 0) {
      throw new FolioError(
        'prompt',
        `the prompt ${JSON.stringify(prompt)} has ${unknown.length === 1 ? 'a character' : 'characters'} that the text does not have: ${describeCharacters(unknown)}`,
        'Choose prompts that can be spelled with the characters of the text: --set prompts=TEXT.',
      );
    }
  }
  return [...config.prompts];
}

/**
 * What a text of this run starts with when nothing is said: the first of its prompts that its vocabulary spells, else the tutorial's,
 * else one character (imported weights come without a text whose words could be taken).
 */
export function promptFor({ prompts }: Pick<RunConfig, 'prompts'>, vocabulary: readonly string[]): string {
  const known = new Set(vocabulary);
  const spelled = [...prompts, TUTORIAL_PROMPT].find((prompt) =>
    Array.from(prompt).every((character) => known.has(character)),
  );
  return spelled ?? (known.has('\n') ? '\n' : (vocabulary[0] ?? ''));
}

/** The first words of the first line with words in it; empty when there is none. */
function openingWords(text: string, known: ReadonlySet<string>): string {
  const line = text.trimStart().split('\n', 1)[0] ?? '';
  const characters = Array.from(line.trimEnd()).filter((character) => known.has(character));
  if (characters.length <= OPENING_WITHOUT_SPACES) return characters.join('');
  const space = characters.lastIndexOf(' ', LONGEST_OPENING - 1);
  // With its space, a word is finished: the network begins the next one.
  if (characters.length > LONGEST_OPENING && space > 0) return characters.slice(0, space + 1).join('');
  return characters.slice(0, characters.includes(' ') ? LONGEST_OPENING : OPENING_WITHOUT_SPACES).join('');
}
