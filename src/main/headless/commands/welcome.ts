/** folio welcome: the first minutes by the hand, in a terminal. */
import type { Command } from 'commander';
import { noInstallOption, real } from '../arguments.ts';
import type { CommandContext, RunCommand } from '../context.ts';
import { EXIT } from '../output/problem.ts';
import { configOf, trainOn } from './train.ts';

interface Options {
  readonly minutes?: number;
  readonly install: boolean;
}

export function define(command: Command, run: RunCommand): void {
  command
    .description('A short guided training on Shakespeare.')
    .option('--minutes <n>', 'end after so many minutes of training', real(0.05, 60))
    .addOption(noInstallOption())
    .action((options: Options) => run((context) => welcome(context, options)));
}

async function welcome(context: CommandContext, { minutes, install }: Options): Promise<number> {
  const { io, output } = context;
  output.say(output.style.bold('Folio teaches a small network to write.'));
  output.sayWrapped(
    '\nIt reads the plays of Shakespeare, character by character, and learns to guess the next one. ' +
      'It starts from noise. After each pass over the text (an epoch) it writes a sample, so that you can watch it learn: ' +
      'first letters and spaces, then words, then speeches with names.\n\n' +
      'This takes some minutes and stays on this computer. The first time, Folio also installs TensorFlow for speed, if it can. ' +
      'Ctrl-C stops and keeps what has been learnt.\n',
  );
  if (io.interactive && !output.json) {
    const answer = await io.ask('Start? [Y/n] ');
    if (/^\s*n/i.test(answer)) {
      output.say(`Another time, then: ${context.commandLine('--help')} lists what there is.`);
      return EXIT.ok;
    }
    output.say();
  }
  const config = configOf({ preset: 'quick', ...(minutes === undefined ? {} : { minutes }) });
  const app = await context.open('write');
  const code = await trainOn(context, app, await app.corpora.builtin(), config, {
    preset: 'quick',
    engine: 'auto',
    name: 'welcome',
    keepEvery: 1,
    install,
  });
  if (code === EXIT.ok) {
    output.say('\nAnd then:');
    output.say(`  ${context.commandLine('train')}`);
    output.say('      the network of the tutorial, twenty times as large');
    output.say(`  ${context.commandLine('train', '--preset', 'best', '--minutes', '3', '--corpus', 'FILE')}`);
    output.say('      the best that three minutes can do with a text of yours');
    output.say(`  ${context.commandLine('--help')}`);
  }
  return code;
}
