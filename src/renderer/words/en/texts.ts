/** Words of the screen: texts. */
export const texts = {
  title: 'Texts',
  lead: 'What a network reads is all that it will ever know. A hundred thousand characters is a start; a million is good.',
  add: 'Add text…',
  drop: 'or drop files anywhere on this page',
  dropHere: 'Drop the texts here',
  list: 'Texts',
  find: 'Find texts',
  none: 'No text fits.',
  builtin: 'built in',
  runs: (count: number, written: string) => (count === 0 ? 'no run yet' : count === 1 ? 'one run' : `${written} runs`),

  reading: (name: string) => `Reading ${name}`,
  readingBytes: (done: string, total: string) => `${done} of ${total}`,
  failed: (name: string) => `${name} was not added`,
  weightsElsewhere: (names: string) => `${names}: these are weights. They are imported on the page Runs.`,
  added: (name: string) => `“${name}” is added.`,
  addedMany: (added: string, before: number, written: string) => {
    const are = added === '1' ? '1 text is added' : `${added} texts are added`;
    return before === 0 ? `${are}.` : `${are}, ${written} ${before === 1 ? 'was' : 'were'} there already.`;
  },
  moreWait: (count: number, written: string) => (count === 1 ? 'One more waits' : `${written} more wait`),
  thereAlready: (name: string) => `This text is there already, as “${name}”.`,

  train: 'Train on this',
  rename: 'Rename',
  nameOf: 'Name of the text',
  remove: 'Remove',
  removed: (name: string, bytes: string) => `“${name}” is removed. ${bytes} will be freed.`,
  blockedTitle: (count: number, written: string) =>
    count === 1 ? 'A run has learnt from this text' : `${written} runs have learnt from this text`,
  blockedText: (count: number): string =>
    count === 1
      ? 'It could not be resumed or measured without the text. Delete the run first; then the text can be removed.'
      : 'They could not be resumed or measured without it. Delete them first; then the text can be removed.',
  andMore: (count: string) => `and ${count} more`,
  facts: 'Facts',
  characters: 'Characters',
  distinct: 'Distinct',
  encoding: 'Encoding',
  stored: 'On the disk',
  addedAt: 'Added',
  usedBy: 'Learnt by',
  showRuns: 'Show its runs',

  opening: 'How it begins',
  picture: 'Its characters',
  pictureLabel: (count: string) => `How often the ${count} most frequent characters occur`,
  bar: (character: string, count: string, share: string) =>
    `${character}: ${count === '1' ? 'once' : `${count} times`}, ${share}`,
  counting: 'Counting the characters',
  rare: (count: string) => `Rare ones, fewer than ${count} times each: they will hardly be learnt`,
  noRare: 'Every character occurs often enough to be learnt.',
  more: (count: string) => `and ${count} more`,
  asTable: 'As a table',
  columns: { character: 'Character', count: 'Occurrences', share: 'Share' },
  signs: '␣ is a space, ↵ the end of a line.',
};
