/** folio train: from a text to a trained network. */
import type { Command } from 'commander';
import { Option } from 'commander';
import type { RunConfig } from '../../../shared/config.ts';
import type { CorpusInfo, EngineChoice } from '../../../shared/domain.ts';
import { FolioError } from '../../../shared/errors.ts';
import { preflight } from '../../../shared/preflight.ts';
import { plannedAmong, PRESET_NAMES, PRESETS } from '../../../shared/presets.ts';
import type { PlannedKey, PresetName } from '../../../shared/presets.ts';
import { defaultPrompts, promptFor } from '../../../shared/prompts.ts';
import type { FolioApp } from '../../app.ts';
import { distinctName } from '../../services/run-names.ts';
import { applySettings } from '../../services/settings.ts';
import { openTextFile } from '../../services/text/text-file.ts';
import { engineOption, gather, keepEveryOption, newName, noInstallOption, real, text, whole } from '../arguments.ts';
import type { CommandContext, RunCommand } from '../context.ts';
import { freeDisk, freeMemory } from '../../services/machine.ts';
import { createWorkLine } from '../output/work-line.ts';
import { factLine } from '../output/training.ts';
import { presetsHelp, settingsHelp } from '../output/settings-help.ts';
import { visible } from '../output/layout.ts';
import { bytes, count, encodingName, nameTaken, plural } from '../output/words.ts';
import { prepareEngine } from '../prepare-engine.ts';
import { train } from '../training-session.ts';

interface Options {
  readonly preset: PresetName;
  readonly minutes?: number;
  readonly corpus?: string;
  readonly set?: readonly string[];
  readonly epochs?: number;
  readonly engine: EngineChoice;
  readonly name?: string;
  readonly keepEvery: number;
  readonly install: boolean;
}

export function define(command: Command, run: RunCommand, width: number): void {
  command
    .description('Train a network on a text and watch it learn. Ctrl-C saves; `folio resume` goes on.')
    .addOption(new Option('--preset <name>', 'where the settings start from').choices(PRESET_NAMES).default('tutorial'))
    .option('--corpus <file>', 'the text to learn (default: the built-in Shakespeare)', text)
    .option('--minutes <n>', 'train for so many minutes; `best` chooses size and pace for them', real(0.05, 100_000))
    .option('--epochs <n>', 'passes over the text', whole(1, 100_000))
    .option('--set <key=value>', 'change a setting; may be given several times', gather)
    .addOption(engineOption())
    .option('--name <name>', "the run's name", newName)
    .addOption(keepEveryOption())
    .addOption(noInstallOption())
    .action((options: Options) => run((context) => trainCommand(context, options)))
    .addHelpText('after', () => helpAfter(width));
}

function helpAfter(width: number): string {
  return `
Presets, and what they change of the tutorial's settings:
${presetsHelp(width)}

Settings for --set:
${settingsHelp(width)}

Examples:
  folio train --preset quick
  folio train --preset tutorial --epochs 1
  folio train --preset best --minutes 3 --corpus my-novel.txt
  folio train --preset char-rnn --set units=512 --set dropout=0.4`;
}

async function trainCommand(context: CommandContext, options: Options): Promise<number> {
  const config = configOf(options);
  // Said before the record is asked for: another training may be writing to it.
  if (options.corpus !== undefined) (await openTextFile(options.corpus)).close();
  const app = await context.open('write');
  const corpus = await corpusOf(context, app, options.corpus);
  return trainOn(context, app, corpus, config, options, plannedAmong((options.set ?? []).map(nameIn)));
}

/** The setting that a `name=value` is of; empty where it is of none. */
const nameIn = (pair: string): string => pair.slice(0, Math.max(0, pair.indexOf('='))).trim();

/** The preset with everything that the command line changes of it. Throws FolioError 'usage' or 'config'. */
export function configOf(options: Pick<Options, 'preset' | 'minutes' | 'epochs' | 'set'>): RunConfig {
  const pairs = [...(options.set ?? [])];
  const named = pairs.map(nameIn);
  for (const key of ['epochs', 'minutes'] as const) {
    const value = options[key];
    if (value === undefined) continue;
    if (named.includes(key)) {
      throw new FolioError('usage', `--${key} and --set ${key} say the same thing twice`, 'Keep one of them.');
    }
    pairs.push(`${key}=${value}`);
  }
  const twice = named.find((key, index) => key !== '' && named.indexOf(key) !== index);
  if (twice !== undefined) throw new FolioError('usage', `--set ${twice} is given twice`, 'Keep one of them.');
  const config = applySettings(PRESETS[options.preset].config, pairs);
  if (options.preset === 'best' && config.minutes === 0) {
    throw new FolioError('usage', 'the preset best needs a time budget', 'Say how long: --minutes 3');
  }
  return config;
}

/** The text to learn: a file, or the built-in Shakespeare. */
async function corpusOf({ io }: CommandContext, app: FolioApp, file: string | undefined): Promise<CorpusInfo> {
  if (file === undefined) return app.corpora.builtin();
  const line = createWorkLine(io);
  try {
    return await app.corpora.add(file, (done, total) => {
      if (total < LARGE_FILE) return;
      line.show({
        label: 'reading the text',
        fraction: total === 0 ? null : done / total,
        facts: [`${bytes(done)} of ${bytes(total)}`],
      });
    });
  } finally {
    line.clear();
  }
}

/** Bytes from which reading takes long enough to show it. */
const LARGE_FILE = 10_000_000;

/** Texts up to here are counted, character by character, in a fraction of a second; of longer ones the mean must do. */
const COUNTED_CHARACTERS = 20_000_000;

/** Tells about the text, refuses what cannot work, sees to the engine, and trains. */
export async function trainOn(
  context: CommandContext,
  app: FolioApp,
  corpus: CorpusInfo,
  wanted: RunConfig,
  options: Pick<Options, 'preset' | 'engine' | 'name' | 'install' | 'keepEvery'>,
  named: readonly PlannedKey[] = [],
): Promise<number> {
  const { output } = context;
  const { characters, vocabularySize, encoding } = corpus;
  output.say(
    factLine(
      'Text',
      `${visible(corpus.name)}: ${plural(characters, 'character')}, ${count(vocabularySize)} distinct, read as ${encodingName(encoding)}`,
      output,
    ),
  );

  const { vocabulary } = app.store.corpus(corpus.id);
  const prompts = defaultPrompts(wanted, vocabulary, openingOf(app, corpus.id));
  const config = { ...wanted, prompts };
  const { problems } = preflight({
    characters,
    vocabularySize,
    config,
    keepEvery: options.keepEvery,
    freeMemoryBytes: freeMemory(),
    freeDiskBytes: freeDisk(app.store.path),
    ...(characters > COUNTED_CHARACTERS ? {} : { counts: await app.corpora.counts(corpus.id) }),
  });
  for (const problem of problems) {
    if (problem.severity === 'error') throw new FolioError(problem.cause, problem.message, problem.hint);
    output.note(`Note: ${problem.message}. ${problem.hint}`);
  }

  const wantedName = options.name;
  const name = wantedName === undefined ? undefined : distinctNameIn(app, wantedName);
  if (wantedName !== undefined && name !== wantedName) output.note(nameTaken(wantedName, name ?? ''));
  const installation = await prepareEngine(context, app, options.engine, options.install);
  return train(context, {
    installation,
    config,
    vocabularySize,
    resumed: false,
    thins: options.keepEvery > 1,
    prompt: promptFor(config, vocabulary),
    storePath: app.store.path,
    start: (listener) =>
      app.training.start(
        {
          preset: options.preset,
          corpusId: corpus.id,
          config,
          named,
          engine: options.engine,
          keepEvery: options.keepEvery,
          ...(name === undefined ? {} : { name }),
        },
        listener,
      ),
  });
}

function distinctNameIn(app: FolioApp, wanted: string): string {
  return distinctName(
    wanted,
    app.runs.list().map((run) => run.name),
  );
}

/** The first few hundred characters of a stored text. */
function openingOf(app: FolioApp, corpusId: number): string {
  for (const chunk of app.store.corpusChunks(corpusId)) {
    // Whole code points are wanted: half of one at the end of the cut is left out.
    return new TextDecoder().decode(chunk.subarray(0, 1000), { stream: true });
  }
  return '';
}
