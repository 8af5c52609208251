/** What larger and larger corpora cost, in words, and whether that is what was promised. */
import Table from 'cli-table3';
import { type CorpusCost, TEXT_MEMORY_PROMISE } from './corpus-cost.ts';
import { tickName } from './line-chart.ts';
import { type Cost, growth, growthInWords, SUPER_LINEAR_FROM } from './work.ts';

/** The way to the first step, which has the whole text to read. */
const waysOf = (corpora: readonly CorpusCost[]): Cost[] =>
  corpora.map(({ characters, seconds }) => ({ work: characters, cost: seconds }));
const stepsOf = (corpora: readonly CorpusCost[]): Cost[] =>
  corpora.map(({ characters, ms }) => ({ work: characters, cost: ms }));

/** Whether the way to the first step grows faster than the text, or a step, which has the same work for any text, grows at all. */
export function isSuperLinear(corpora: readonly CorpusCost[]): boolean {
  return growth(waysOf(corpora)) > SUPER_LINEAR_FROM || growth(stepsOf(corpora)) > SUPER_LINEAR_FROM - 1;
}

/** Whether the largest corpus keeps within the memory that was promised for such a one; true of none. */
export function keepsMemory(corpora: readonly CorpusCost[]): boolean {
  const largest = corpora.at(-1);
  const { characters, bytes } = TEXT_MEMORY_PROMISE;
  return largest === undefined || largest.characters < characters || largest.textBytes < bytes;
}

/** The promise is for a large corpus: what a process takes anyhow for any text says nothing about it. Empty for no corpora. */
export function memoryInWords(corpora: readonly CorpusCost[]): string {
  const largest = corpora.at(-1);
  if (largest === undefined) return '';
  const { characters, bytes } = TEXT_MEMORY_PROMISE;
  const taken = `${tickName(largest.characters)} characters take ${(largest.textBytes / 1e6).toFixed(0)} MB of text-related memory`;
  const promise = `less than ${(bytes / 1e6).toFixed(0)} MB for ${tickName(characters)}`;
  if (largest.characters < characters) return `${taken}; promised is ${promise}`;
  return `${taken}; promised is ${promise}: ${keepsMemory(corpora) ? 'kept' : 'NOT KEPT'}`;
}

/** A line a corpus, and what they say together. */
export function corpusTable(corpora: readonly CorpusCost[]): string {
  const table = new Table({
    head: [
      'characters',
      'seconds to the first step',
      'ms a step',
      'peak MB, main',
      'peak MB, trainer',
      'text-related MB',
    ],
    style: { head: [], border: [] },
  });
  for (const { characters, seconds, ms, mainBytes, trainerBytes, textBytes } of corpora) {
    const memory = [mainBytes, trainerBytes, textBytes].map((bytes) => (bytes / 1e6).toFixed(0));
    table.push([tickName(characters), seconds.toFixed(1), ms.toFixed(1), ...memory]);
  }
  const step = growth(stepsOf(corpora));
  return [
    table.toString(),
    `corpus: the way to the first step grows as ${growthInWords(waysOf(corpora))}; a step as characters^${step.toFixed(2)}`,
    memoryInWords(corpora),
  ].join('\n');
}
