/** folio evaluate: how well a run predicts a text. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { describeCharacters } from '../../../shared/characters.ts';
import type { EngineChoice } from '../../../shared/domain.ts';
import { engineOption, EPOCH_OPTION, epochReference, RUN_ARGUMENT, text } from '../arguments.ts';
import { noteBetterEpoch } from '../better-epoch.ts';
import { abortOnInterrupt } from '../context.ts';
import type { CommandContext, RunCommand } from '../context.ts';
import { createWorkLine } from '../output/work-line.ts';
import { EXIT } from '../output/problem.ts';
import { factLine } from '../output/training.ts';
import { count, decimal } from '../output/words.ts';

interface Options {
  readonly epoch: number | 'best' | 'last';
  readonly text: string;
  readonly unknown: 'drop' | 'refuse';
  readonly engine: EngineChoice;
}

export function define(command: Command, run: RunCommand): void {
  command
    .description('Measure how well a run predicts a text, read as one stream from a zero state.')
    .argument('<run>', RUN_ARGUMENT)
    .requiredOption('--text <file>', 'the text to measure on', text)
    .option('--epoch <n>', EPOCH_OPTION, epochReference, 'last')
    .addOption(
      new Option('--unknown <what>', 'with characters that the run does not know')
        .choices(['refuse', 'drop'])
        .default('refuse'),
    )
    .addOption(engineOption())
    .action((reference: string, options: Options) => run((context) => evaluate(context, reference, options)))
    .addHelpText('after', '\nExample:\n  folio evaluate last --text another-play.txt');
}

async function evaluate(context: CommandContext, reference: string, options: Options): Promise<number> {
  const { io, output } = context;
  const app = await context.open('look');
  const { id } = app.runs.resolveRun(reference);
  noteBetterEpoch(context, app.runs.show(id), options.epoch);
  const line = createWorkLine(io);
  const { signal, done } = abortOnInterrupt(io);
  try {
    const result = await app.generation.evaluate(
      { runId: id, epoch: options.epoch, file: options.text, unknown: options.unknown, engine: options.engine },
      (read, total) =>
        line.show({
          label: 'reading',
          fraction: total === 0 ? null : read / total,
          facts: [`${count(read)} characters`],
        }),
      signal,
    );
    line.clear();
    if (output.json) output.write({ run: id, ...result });
    if (result.dropped.length > 0) {
      output.note(`Left out of the text, because the run does not know them: ${describeCharacters(result.dropped)}`);
    }
    output.say(factLine('Loss', `${result.nats.toFixed(4)} nats a character`, output));
    output.say(factLine('', `${result.bits.toFixed(4)} bits a character`, output));
    output.say(
      factLine(
        'Perplexity',
        `${decimal(result.perplexity, 3)}: as unsure as between so many equally likely characters`,
        output,
      ),
    );
    output.say(factLine('Characters', count(result.characters), output));
    return EXIT.ok;
  } finally {
    line.clear();
    done();
  }
}
