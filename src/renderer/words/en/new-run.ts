/** Words of the new run's page and of the first start. */
import type { PreflightFinding } from '../../../shared/preflight-problem.ts';
import type { ConfigKey } from '../../../shared/config.ts';
import type { PresetName } from '../../../shared/presets.ts';
import type { ChoiceKey, FieldIssue, GroupName, NameIssue, Unit } from '../../screens/new-run/kinds.ts';

type Say<Kind extends { readonly code: string } | { readonly kind: string }, Key extends keyof Kind> = {
  // Each function is given what its own finding holds, as text that is ready to be read.
  readonly [Name in Kind[Key] & string]: (values: Readonly<Record<string, string>>) => string;
};

const settings: Record<ConfigKey, { readonly label: string; readonly hint: string }> = {
  cell: { label: 'cell', hint: 'What each unit does with its memory. Of similar quality; a GRU is a little faster.' },
  layers: { label: 'layers', hint: 'Recurrent layers on top of each other.' },
  units: { label: 'units', hint: 'The size of the memory. More learns more and takes longer.' },
  embeddingSize: { label: 'embedding', hint: 'Numbers that stand for a character at the input.' },
  dropout: { label: 'dropout', hint: 'Share of a layer’s outputs switched off while it learns. 0 is off.' },
  weightDrop: {
    label: 'weight drop',
    hint: 'Share of the memory’s own connections switched off for each batch. 0 is off.',
  },
  batching: { label: 'order', hint: 'How the text is cut into batches.' },
  carryState: {
    label: 'carry the state on',
    hint: 'Each batch starts from the memory that the last one ended with, not from an empty one.',
  },
  sequenceLength: { label: 'sequence length', hint: 'How far back it traces its mistakes.' },
  batchSize: { label: 'batch', hint: 'Sequences that it learns from at once.' },
  validationFraction: { label: 'held out', hint: 'Share of the text, from its end, kept aside to measure on.' },
  optimizer: { label: 'optimizer', hint: 'How the weights are moved. AdamW is Adam with weight decay.' },
  learningRate: { label: 'learning rate', hint: 'How far the weights move at each step.' },
  schedule: { label: 'schedule', hint: 'How the learning rate moves over the run.' },
  warmupSteps: { label: 'warm-up', hint: 'Steps over which the learning rate rises from 0. 0 is none.' },
  weightDecay: { label: 'weight decay', hint: 'How strongly AdamW pulls the weights towards zero.' },
  clipNorm: { label: 'gradient clipping', hint: 'The longest gradient that is let through. 0 is off.' },
  precision: { label: 'precision', hint: 'Mixed is faster on some processors, with nearly the same loss.' },
  seed: { label: 'seed', hint: 'Of everything random. The same seed gives the same run.' },
  prompts: { label: 'prompts', hint: 'What each sample begins with.' },
  temperatures: {
    label: 'temperatures',
    hint: 'Each prompt is continued at each of them. 0 always takes the likeliest.',
  },
  sampleLength: { label: 'length', hint: 'Characters of each sample.' },
  sampleEvery: { label: 'a sample every', hint: '0 is never.' },
  epochs: { label: 'epochs', hint: 'Times that it reads the whole text.' },
  minutes: { label: 'minutes', hint: 'Ends after so many minutes of training. 0 is no limit.' },
  maxSteps: { label: 'steps at most', hint: '0 is no limit.' },
  patience: {
    label: 'patience',
    hint: 'Ends when the validation loss has not improved for so many epochs. 0 is never.',
  },
  saveEveryMinutes: { label: 'save every', hint: 'Inside a long epoch, so that little is lost if the power fails.' },
};

const groups: Record<GroupName, string> = {
  network: 'The network',
  reading: 'Reading the text',
  learning: 'Learning',
  samples: 'Samples',
  stopping: 'When it ends',
};

const choices: { readonly [Key in ChoiceKey]: Readonly<Record<string, string>> } = {
  cell: { gru: 'GRU', lstm: 'LSTM' },
  batching: { shuffled: 'pieces in random order', contiguous: 'streams from beginning to end' },
  optimizer: { adam: 'Adam', adamw: 'AdamW' },
  schedule: {
    constant: 'stays as it is',
    cosine: 'falls along a cosine',
    linear: 'falls in a line',
    exponential: '3 % less each epoch after the tenth',
  },
  precision: { float32: '32 bits', mixed: 'mixed' },
};

const units: Record<Unit, string> = {
  characters: 'characters',
  sequences: 'sequences',
  units: 'units',
  numbers: 'numbers',
  epochs: 'epochs',
  steps: 'steps',
  minutes: 'minutes',
  share: 'as a share',
  layers: 'layers',
};

const presets: Record<PresetName, string> = {
  quick: 'A small network that writes its first words within a minute on a laptop.',
  tutorial: 'TensorFlow’s tutorial, exactly: one GRU layer of 1,024 units, ten epochs.',
  'char-rnn': 'Karpathy’s char-rnn: two LSTM layers with dropout, the text read as parallel streams.',
  best: 'The best text for the minutes that you give it.',
};

const issues: Say<FieldIssue, 'kind'> = {
  empty: () => 'There is no value here.',
  'not-a-number': () => 'This is not a number.',
  'not-whole': () => 'A whole number is needed.',
  range: ({ min, max }) => `This has to be from ${min} to ${max}.`,
  'prompt-empty': () => 'A prompt has at least one character.',
  'prompt-long': () => 'A prompt has at most 10,000 characters.',
  'prompt-unknown': ({ characters }) => `The text does not have ${characters}, so the network cannot read it.`,
  'too-many-prompts': ({ most }) => `At most ${most} prompts.`,
  'no-prompts': () => 'Samples need a prompt to begin with. Add one, or set “a sample every” to 0.',
  'no-temperatures': () => 'Samples need a temperature.',
  'too-many-temperatures': ({ most }) => `At most ${most} temperatures.`,
  'decay-without-adamw': () => 'Adam has no weight decay. Choose AdamW, or set it to 0.',
  'patience-without-validation': () =>
    'There is no validation loss to wait for. Hold some of the text out, or set patience to 0.',
  'warmup-beyond-end': ({ maxSteps }) =>
    `The run ends after ${maxSteps} steps and would never reach its learning rate.`,
  'budget-needed': () => 'This preset plans for a time: say how many minutes it has.',
};

const nameIssues: Record<NameIssue, string> = {
  long: 'A name has at most 200 characters.',
  'means-another': 'This would be taken for another run’s number. Choose another name.',
  taken: 'Another run has this name. Both can have it, but you will tell them apart less easily.',
};

const findings: Say<PreflightFinding, 'code'> = {
  'empty-text': () => 'This text is empty. Choose another one.',
  'vocabulary-too-large': ({ distinct, most }) =>
    `This text has ${distinct} distinct characters, more than the ${most} that are possible. It may not be text, or not be in the encoding it was read as.`,
  'one-character': () => 'This text is one character over and over. There is nothing to learn from it.',
  'no-batch': ({ characters, needed }) =>
    `There are ${characters} characters to learn from, and a single batch needs ${needed}.`,
  'few-steps': ({ steps }) =>
    `An epoch has only ${steps === '1' ? '1 step' : `${steps} steps`}, so the network learns little in each.`,
  'no-validation': () => 'What is held out is too short to measure on.',
  'noisy-validation': ({ validationCharacters }) =>
    `Only ${validationCharacters} characters are held out. The validation loss will jump about.`,
  'rare-characters': ({ rare, distinct, occurrences, examples }) =>
    `${rare} of the ${distinct} distinct characters occur fewer than ${occurrences} times, and will hardly be learnt: ${examples}`,
  'large-vocabulary': ({ distinct, meanOccurrences }) =>
    `The text has ${distinct} distinct characters, each about ${meanOccurrences} times. Some will hardly be learnt.`,
  'too-large-to-save': ({ bytes, most }) =>
    `This network is too large to be saved: its optimizer takes ${bytes}, and ${most} is the most.`,
  'little-memory': ({ needed, free }) =>
    `Training needs about ${needed} of memory, and ${free} are free. It may become slow or be ended by the system.`,
  'little-disk': ({ needed, free }) =>
    `The checkpoints need about ${needed}, and the disk has ${free} left. Keep fewer of them, or make room.`,
};

export const newRun = {
  title: 'New run',
  lead: 'Choose a text and where to start from. Everything else can stay as it is.',
  startOver: 'Start over',
  startedOver: 'The form is as it was in the beginning.',
  first: {
    heading: 'Teach a network to write like this',
    train: 'Train on this',
    starting: 'Starting…',
    what: (epochs: number) =>
      `A small network reads the whole text ${epochs} times and writes a little after each, within a few minutes. Nothing leaves this computer.`,
    whatAbout: (epochs: number, duration: string) =>
      `A small network reads the whole text ${epochs} times and writes a little after each, in about ${duration}. Nothing leaves this computer.`,
    choose: 'Choose text and settings',
  },
  text: {
    heading: 'Text',
    add: 'Add text…',
    drop: 'or drop a file anywhere on this page',
    dropHere: 'Drop the text here',
    reading: (name: string, done: string, total: string) => `Reading ${name}: ${done} of ${total}`,
    readingLabel: 'Reading the text',
    builtin: 'comes with Folio',
    missing: 'The text of that run is no longer here. Choose another one.',
    opening: 'How it begins',
    none: 'There is no text yet.',
  },
  preset: {
    heading: 'Preset',
    descriptions: presets,
    applied: (preset: string) => `All settings are those of ${preset} now.`,
    stateful: {
      before: 'Its batches start from the last batch’s',
      after:
        'although the pieces are in random order and that memory belongs to other text. The tutorial’s network does this (“stateful”), and its published figures come from it; the other presets do not.',
    },
    planned:
      'Layers, units, batch, learning rate, dropout and precision are chosen from the measured speed when it starts. What you change yourself stays as you set it.',
    budget: 'I have',
  },
  name: { heading: 'Name', issues: nameIssues },
  engine: {
    heading: 'Engine',
    auto: (device: string) => `The fastest: ${device}`,
    autoUnknown: 'The fastest that passes its self-test',
    notTried: 'not tried yet',
    deviceAt: (device: string, gflops: string) => `${device} · ${gflops} GFLOP/s`,
  },
  settings: {
    heading: 'Settings',
    groups,
    fields: settings,
    choices,
    units,
    issues,
    same: 'as in the preset',
    differ: (count: number) =>
      count === 1 ? '1 setting differs from the preset' : `${count} settings differ from the preset`,
    changed: (value: string) => `preset: ${value}`,
    reset: (label: string) => `Back to the preset: ${label}`,
    resetAll: 'All back to the preset',
    range: (min: string, max: string) => `${min} to ${max}`,
    planned: 'Chosen when it starts.',
    on: 'on',
    off: 'off',
    keepEvery: { label: 'keep every', hint: 'Of how many epochs one keeps its weights, beside the best and the last.' },
    addPrompt: 'Add a prompt',
    prompt: (number: number) => `Prompt ${number}`,
    removePrompt: (number: number) => `Remove prompt ${number}`,
    characters: { space: 'space', lineBreak: 'line break', tab: 'tab' },
    andMore: (count: string) => `and ${count} more`,
    dropUnknown: 'Leave those out',
    addTemperature: 'Add a temperature',
    temperature: (number: number) => `Temperature ${number}`,
    removeTemperature: (number: number) => `Remove temperature ${number}`,
    summaryNetwork: (network: string, embedding: string) => `${network}, embedding ${embedding}`,
    summaryReading: (sequences: string, length: string) =>
      `${sequences} ${sequences === '1' ? 'sequence' : 'sequences'} of ${length} characters`,
    summaryLearning: (optimizer: string, rate: string) => `${optimizer}, learning rate ${rate}`,
    summarySamples: (prompts: number, temperatures: string) =>
      `${prompts === 1 ? '1 prompt' : `${prompts} prompts`} at temperature ${temperatures}`,
    summaryEpochs: (epochs: string) => `after ${epochs} ${epochs === '1' ? 'epoch' : 'epochs'}`,
    summaryMinutes: (minutes: string) => `after ${minutes} min`,
    summarySteps: (steps: string) => `after ${steps} ${steps === '1' ? 'step' : 'steps'}`,
  },
  check: {
    heading: 'What this will be',
    train: 'Train',
    starting: 'Starting…',
    busyBefore: 'Another run is being trained:',
    busyAfter: '. One trains at a time. Wait for it, or stop it.',
    paused: (name: string) => `“${name}” is paused. One run trains at a time, so this one has to wait for it.`,
    openPaused: 'Open it',
    stopPaused: 'Save and stop it',
    fixFirst: (count: number) =>
      count === 1 ? 'One value in the form needs another look.' : `${count} values in the form need another look.`,
    show: 'Show it',
    problems: findings,
    foreignState:
      'The pieces are in random order, so the memory that is carried on belongs to other text. Only the tutorial does it, to be exact.',
    apply: (changes: string) => `Use ${changes}`,
    setting: (label: string, value: string) => `${label} ${value}`,
    learns: 'learns from',
    held: 'held out',
    epoch: 'an epoch',
    run: 'the whole run',
    memory: 'memory',
    disk: 'on the disk',
    charactersShort: (count: string) => (count === '1' ? '1 character' : `${count} characters`),
    steps: (count: string) => (count === '1' ? '1 step' : `${count} steps`),
    atMost: (value: string) => `${value} at most`,
    about: (value: string) => `about ${value}`,
    guessed: (duration: string) => `perhaps ${duration}, by the engine’s speed`,
    minutesDecide: (duration: string) => `${duration}, then it ends`,
    free: (value: string) => `${value} free`,
    rareNone: 'Every character occurs often enough to be learnt.',
    encoding: 'read as',
    plannedNote: 'With this preset the size is chosen when it starts. The figures are those of its usual size.',
    model: 'The model, layer by layer',
    layer: 'layer',
    shape: 'output',
    weights: 'weights',
    total: 'together',
  },
  trial: {
    heading: 'Try it',
    what: 'Runs a few steps with exactly these settings: how long it will take, and what the network writes before it has learnt anything.',
    button: 'Try it',
    again: 'Try it again',
    phases: {
      starting: 'starting the engine…',
      writing: 'the untrained network writes…',
      measuring: 'timing a few steps…',
    },
    stale: 'With other settings it was:',
    notMeasured: 'not measured with these settings',
    bySelf: 'This network is small: it is tried by itself, a moment after a change.',
    byHand: 'This network is large: it is tried only when you press the button.',
    time: 'the run takes',
    speed: 'speed',
    step: 'a step takes',
    milliseconds: (value: string) => `${value} ms`,
    loss: 'loss before training',
    lossOf: (uniform: string, distinct: string) => `guessing among ${distinct} costs ${uniform}`,
    untrained: 'What it writes before training',
    training: 'While a run is being trained nothing can be tried: each would slow the other down.',
    on: (device: string) => `on ${device}`,
  },
  offer: {
    label: 'A run that can go on',
    text: (name: string) => `“${name}” was saved when Folio was closed.`,
    resume: 'Go on',
    decline: 'Not now',
  },
};
