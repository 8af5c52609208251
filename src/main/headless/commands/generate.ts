/** folio generate: a run writes, and one can watch. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { describeCharacters } from '../../../shared/characters.ts';
import { MAX_SEED } from '../../../shared/config.ts';
import type { EngineChoice, SampleSettings } from '../../../shared/domain.ts';
import { FolioError } from '../../../shared/errors.ts';
import { promptFor } from '../../../shared/prompts.ts';
import { engineOption, EPOCH_OPTION, epochReference, real, RUN_ARGUMENT, text, whole } from '../arguments.ts';
import { noteBetterEpoch } from '../better-epoch.ts';
import { abortOnInterrupt } from '../context.ts';
import type { CommandContext, RunCommand } from '../context.ts';
import { EXIT } from '../output/problem.ts';
import { TextPrinter } from '../output/text-printer.ts';
import { plural } from '../output/words.ts';

interface Options {
  readonly epoch: number | 'best' | 'last';
  readonly prompt?: string;
  readonly length: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly seed?: number;
  readonly count: number;
  readonly stop?: string;
  readonly unknown: 'drop' | 'refuse';
  readonly engine: EngineChoice;
}

export function define(command: Command, run: RunCommand): void {
  command
    .description('Let a run write text: the prompt, then what the network makes of it, on stdout as it comes.')
    .argument('<run>', RUN_ARGUMENT)
    .option('--epoch <n>', EPOCH_OPTION, epochReference, 'last')
    .option('--prompt <text>', "what the text starts with (default: one of the run's own prompts)", text)
    .option('--length <n>', 'characters to write', whole(1, 10_000_000), 1000)
    .option('--temperature <x>', 'low is careful, high is bold, 0 always takes the likeliest character', real(0, 10), 1)
    .option('--top-k <n>', 'choose among the k likeliest characters only; 0 is off', whole(0, 1_000_000), 0)
    .option('--top-p <x>', 'choose among the likeliest that together have this probability; 1 is off', real(1e-6, 1), 1)
    .option(
      '--min-p <x>',
      "leave out characters below this share of the likeliest one's probability; 0 is off",
      real(0, 1),
      0,
    )
    .option(
      '--seed <n>',
      'the same seed writes the same text (default: a random one, told on stderr)',
      whole(0, MAX_SEED),
    )
    .option('--count <n>', 'texts to write at once', whole(1, 256), 1)
    .option('--stop <text>', 'end a text when this appears in it; \\n is a line feed', text)
    .addOption(
      new Option('--unknown <what>', 'with characters of the prompt that the run does not know')
        .choices(['refuse', 'drop'])
        .default('refuse'),
    )
    .addOption(engineOption())
    .action((reference: string, options: Options) => run((context) => generate(context, reference, options)))
    .addHelpText(
      'after',
      `
Examples:
  folio generate last --prompt "ROMEO: "
  folio generate 3 --epoch best --temperature 0.7 --length 5000 > text.txt
  folio generate 3 --count 4 --seed 7 --stop "\\n\\n"`,
    );
}

async function generate(context: CommandContext, reference: string, options: Options): Promise<number> {
  const { io, output } = context;
  const app = await context.open('look');
  const { id } = app.runs.resolveRun(reference);
  const detail = app.runs.show(id);
  const { vocabulary, config } = detail;
  noteBetterEpoch(context, detail, options.epoch);
  const prompt = options.prompt ?? promptFor(config, vocabulary);
  const settings: SampleSettings = {
    temperature: options.temperature,
    topK: options.topK,
    topP: options.topP,
    minP: options.minP,
    seed: options.seed ?? Math.floor(Math.random() * (MAX_SEED + 1)),
    length: options.length,
    stop: lineFeeds(options.stop ?? ''),
  };

  const known = new Set(vocabulary);
  refuseStopThatCannotAppear(settings.stop, known);
  const shownPrompt =
    options.unknown === 'drop'
      ? Array.from(prompt)
          .filter((character) => known.has(character))
          .join('')
      : prompt;
  const printer = new TextPrinter(output, shownPrompt, options.count);
  const { signal, done } = abortOnInterrupt(io);
  try {
    const result = await app.generation.generate(
      {
        runId: id,
        epoch: options.epoch,
        prompt,
        unknown: options.unknown,
        settings,
        count: options.count,
        engine: options.engine,
      },
      (stream, grown) => printer.grow(stream, grown),
      signal,
    );
    printer.finish();
    const { samples, notStored, charactersPerSecond, cancelled, dropped } = result;
    if (output.json) {
      output.write({
        texts: samples.map((sample) => sample.prompt + sample.text),
        seed: settings.seed,
        charactersPerSecond,
        prompt: samples[0]?.prompt ?? prompt,
        run: id,
        epoch: samples[0]?.epoch ?? null,
        settings,
        dropped,
        engine: result.report.engine,
        device: result.report.device,
        cancelled,
        stored: notStored === null,
      });
    } else {
      if (dropped.length > 0)
        output.note(`Left out of the prompt, because the run does not know them: ${describeCharacters(dropped)}`);
      output.note(
        `seed ${settings.seed}, ${plural(charactersPerSecond, 'character')}/s, ${result.report.engine}${cancelled ? '; stopped' : ''}`,
      );
    }
    if (notStored !== null) output.note(`Not stored in the record: ${notStored}.`);
    return cancelled || signal.aborted ? EXIT.interrupted : EXIT.ok;
  } finally {
    done();
  }
}

/** A text that ends at what cannot come would never end by it. */
function refuseStopThatCannotAppear(stop: string, known: ReadonlySet<string>): void {
  const unknown = [...new Set(stop)].filter((character) => !known.has(character));
  if (unknown.length === 0) return;
  throw new FolioError(
    'prompt',
    `the text of --stop can never appear: the run does not know ${describeCharacters(unknown)}`,
    'Choose one of characters that it knows, or leave --stop out.',
  );
}

/** A stop text is typed on one line: \\n in it means a line feed. */
function lineFeeds(typed: string): string {
  return typed.replaceAll('\\n', '\n');
}
