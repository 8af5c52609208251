/** Words of the screen: compare. */
const small = [
  'None',
  'One',
  'Two',
  'Three',
  'Four',
  'Five',
  'Six',
  'Seven',
  'Eight',
  'Nine',
  'Ten',
  'Eleven',
  'Twelve',
];
const spelled = (count: number): string => small[count] ?? String(count);

export const compare = {
  title: 'Compare',
  alike: 'same prompt, same seed, same temperature',
  looking: 'Looking for texts to compare…',

  emptyTitle: 'Nothing to compare yet',
  emptyText:
    'While a network trains, it writes a text after each epoch: the same prompt and the same chance every time. Here you will see these texts beside each other, and what changed from one to the next.',
  emptyHint: 'It takes a run with at least two epochs, or two runs.',
  train: 'Train a network',
  toRuns: 'To the runs',

  filmstrip: 'Epochs',
  sides: { left: 'Left', right: 'Right' },
  handle: { left: 'Epoch on the left', right: 'Epoch on the right' },
  handleText: (epoch: number, loss: string) => `epoch ${epoch}, loss ${loss}`,
  handleTextPlain: (epoch: number) => `epoch ${epoch}`,
  both: (left: number, right: number) => `epoch ${left} and epoch ${right}`,
  play: 'Play the epochs on the right',
  stopPlaying: 'Stop playing',
  speed: 'Speed',
  speeds: { slow: 'slow', medium: 'medium', fast: 'fast' },
  oneEpoch: 'This run has written after one epoch only. Choose another run on one side to compare the two.',

  prompt: 'Prompt',
  temperature: 'Temperature',
  marks: 'Marks',
  marksBy: { words: 'words', characters: 'characters', off: 'off' },
  swap: 'Swap the two sides',
  coarser: {
    words: 'These texts are too long to be compared by characters: whole words are marked.',
    lines: 'These texts are too long and too different to be compared by words: whole lines are marked.',
    none: 'These texts are too long and too different to be compared: nothing is marked.',
  },
  same: 'The two texts are the same.',
  notTheSame: {
    prompt: (left: string, right: string) => `Not the same prompt: “${left}” and “${right}”.`,
    temperature: (left: string, right: string) => `Not the same temperature: ${left} and ${right}.`,
    seed: (left: string, right: string) => `Not the same seed: ${left} and ${right}.`,
    length: (left: string, right: string) => `Not the same length: ${left} and ${right} characters.`,
  },

  run: { left: 'Run on the left', right: 'Run on the right' },
  searchRuns: 'Search runs by name',
  noSuchRun: 'No run has this in its name.',
  moreRuns: (count: string) => `${count} more: type to narrow them down.`,
  epochs: (count: number) => (count === 1 ? '1 epoch' : `${count} epochs`),
  otherEpoch: (asked: number, shown: number) =>
    `There is no text of epoch ${asked}. The nearest, of epoch ${shown}, is shown.`,
  goneTitle: 'This run is not there any more',
  goneText: 'It was deleted. Choose another one above, or start over.',
  startOver: 'Start over',
  noTexts: 'This run wrote no texts while it trained.',
  noTextsHint: 'Any epoch whose weights were kept can still write one.',
  noTextsYet: 'The first text appears when the first epoch ends.',

  seed: 'seed',
  engine: 'engine',
  openRun: 'Open the run',
  generate: 'Generate from this epoch',

  curves: 'Loss curves',
  /** Of runs, in a file's name. */
  andMore: (count: number) => `${count} more`,
  addRun: 'Add a run',
  removeRun: (name: string) => `Remove ${name}`,
  atMost: (count: number) => `At most ${count} runs fit into one picture.`,
  baseline: 'baseline',
  makeBaseline: (name: string) => `Make baseline: ${name}`,
  makeBaselineShort: 'make baseline',
  bestLoss: 'Best validation loss',
  bestTrainingLoss: 'Best training loss',
  deleted: (run: number) => `Run ${run}, deleted`,

  settings: 'Settings that differ',
  allSettings: 'Settings',
  setting: 'Setting',
  differ: (differing: number, all: number) =>
    differing === 0
      ? `None of the ${all} settings differs.`
      : differing === all
        ? `All ${all} settings differ.`
        : `${spelled(differing)} of ${all} settings ${differing === 1 ? 'differs' : 'differ'}. The others are the same.`,
  oneRun: (all: number) => `One run, ${all} settings. Add another run to see what differs.`,
  showAll: 'Show all',
  facts: { corpus: 'text', engine: 'engine', weights: 'weights', bestLoss: 'best validation loss', time: 'time' },
  yes: 'yes',
  no: 'no',
  quoted: (text: string) => `“${text}”`,
};
