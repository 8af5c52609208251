/** The `folio` command: reads the command line, runs one command and says how it went. */
import { resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { FolioError } from '../../shared/errors.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import { addCommonOptions } from './arguments.ts';
import { asTyped, commandLine, programName } from './command-line.ts';
import type { CommandContext, OpenApp, RunCommand } from './context.ts';
import { processIo } from './io.ts';
import type { Io } from './io.ts';
import { Output } from './output/output.ts';
import { EXIT, exitCodeOf, reportProblem } from './output/problem.ts';
import { settingHint } from './setting-hint.ts';

interface CommandModule {
  /** Adds arguments, options, help and the action. */
  define(command: Command, run: RunCommand, width: number): void;
}

interface Entry {
  readonly name: string;
  /** As the list of commands shows it; the command's own file declares it. */
  readonly argument?: string;
  readonly summary: string;
  /** Each command's file is loaded when it is called: none pays for another. */
  readonly load: () => Promise<CommandModule>;
}

const COMMANDS: readonly Entry[] = [
  {
    name: 'welcome',
    summary: 'a short guided training in the terminal',
    load: () => import('./commands/welcome.ts'),
  },
  { name: 'train', summary: 'train a network on a text', load: () => import('./commands/train.ts') },
  {
    name: 'resume',
    argument: '<run>',
    summary: 'go on with a run that was stopped',
    load: () => import('./commands/resume.ts'),
  },
  { name: 'runs', summary: 'list the runs', load: () => import('./commands/runs.ts') },
  {
    name: 'show',
    argument: '<run>',
    summary: 'show one run: settings, losses, samples',
    load: () => import('./commands/show.ts'),
  },
  {
    name: 'generate',
    argument: '<run>',
    summary: 'let a run write text',
    load: () => import('./commands/generate.ts'),
  },
  {
    name: 'evaluate',
    argument: '<run>',
    summary: 'measure a run on a text',
    load: () => import('./commands/evaluate.ts'),
  },
  {
    name: 'export',
    argument: '<run>',
    summary: "write a run's weights (safetensors) or a whole run (.folio) to a file",
    load: () => import('./commands/export.ts'),
  },
  {
    name: 'import',
    argument: '<file>',
    summary: 'read weights (safetensors) or a whole run (.folio) from a file',
    load: () => import('./commands/import.ts'),
  },
  {
    name: 'delete',
    argument: '<run>',
    summary: 'delete a run and free its space',
    load: () => import('./commands/delete.ts'),
  },
  { name: 'backup', summary: 'copy the whole record into one file', load: () => import('./commands/backup.ts') },
  {
    name: 'restore',
    argument: '<file>',
    summary: 'put a backup into a data folder',
    load: () => import('./commands/restore.ts'),
  },
  { name: 'move', summary: 'move the record to another folder', load: () => import('./commands/move.ts') },
  { name: 'engines', summary: 'what can compute here, and how fast', load: () => import('./commands/engines.ts') },
  {
    name: 'doctor',
    summary: 'check the database and report on the installation',
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'self-test',
    summary: 'try every part of this Folio; the exit code tells (also folio --self-test)',
    load: () => import('./commands/self-test.ts'),
  },
  { name: 'serve', summary: 'the app in a browser on this machine', load: () => import('./commands/serve.ts') },
];

const EXAMPLES = `
A first session:
  folio train --preset quick            a small network, minutes on a laptop
  folio generate last --prompt "ROMEO: "
  folio train                           the tutorial's network, 10 epochs
  folio runs

Each command explains itself: folio train --help`;

/** Runs one command line. Never throws: what goes wrong is reported and becomes the exit code. */
export async function runCli(argv: readonly string[], io: Io, openApp: OpenApp): Promise<number> {
  const output = new Output(io, wantsJson(argv), dataFolder(argv));
  let exitCode: number = EXIT.ok;
  try {
    const program = createProgram(output, openApp, (code) => (exitCode = code));
    await program.parseAsync(asCommand(withoutHelpCommand(argv)), { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      reportProblem(error, output);
      return exitCodeOf(error);
    }
    if (error.exitCode === 0) return EXIT.ok; // help or version
    if (error.code === 'commander.help') return runCli(['--help'], io, openApp); // no command was given
    reportProblem(usageError(error, argv), output);
    return EXIT.usage;
  }
}

/** The entry of bin/folio.js. */
export async function runFromProcess(argv: readonly string[]): Promise<void> {
  const { openApp } = await import('./open-app.ts');
  // npm runs scripts in the checkout; the files that a person names lie where the person is.
  const { npm_lifecycle_event: script, INIT_CWD: folder } = process.env;
  if (script === 'folio' && folder !== undefined) process.chdir(folder);
  process.exitCode = await runCli(argv, processIo(), openApp);
  // Nothing should be left that keeps this process alive; if something is, it must not keep the person waiting.
  setTimeout(() => process.exit(), 3000).unref();
}

function createProgram(output: Output, openApp: OpenApp, setExitCode: (code: number) => void): Command {
  const { io } = output;
  const modules = new Map<Command, Entry>();
  const program = new Command(programName(io))
    .description(packageJson.description)
    .version(packageJson.version, '--version', 'print the version')
    .helpOption('-h, --help', 'explain')
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({
      writeOut: (text) => io.out.write(asTyped(text, io, undefined)),
      writeErr: () => undefined,
      outputError: () => undefined,
      getOutHelpWidth: () => Math.min(output.width, 100),
      getOutHasColors: () => output.style.isColorSupported,
    })
    .configureHelp({
      minWidthToWrap: 20,
      styleTitle: (title) => output.style.bold(title),
      subcommandTerm: (command) => [command.name(), modules.get(command)?.argument ?? ''].join(' ').trimEnd(),
    })
    .hook('preSubcommand', async (_program, command) => {
      const module = await modules.get(command)?.load();
      module?.define(command, runner(program, command, output, openApp, setExitCode), Math.min(output.width, 100));
      command.description(asTyped(command.description(), io, undefined)); // before it is broken into lines
    })
    .addHelpText('after', EXAMPLES);
  addCommonOptions(program);
  for (const entry of COMMANDS) {
    // Created by commander, so that it inherits the settings above.
    const command = program.command(entry.name).summary(entry.summary);
    addCommonOptions(command.description(`${entry.summary[0]?.toUpperCase() ?? ''}${entry.summary.slice(1)}.`));
    modules.set(command, entry);
  }
  return program;
}

/** Gives a command its context, and closes what it opened, whatever happened. */
function runner(
  program: Command,
  command: Command,
  output: Output,
  openApp: OpenApp,
  setExitCode: (code: number) => void,
): RunCommand {
  return async (work) => {
    const { io } = output;
    const options = { ...program.opts<{ data?: string }>(), ...command.opts<{ data?: string }>() };
    const dataDir = options.data === undefined ? undefined : resolve(options.data);
    let app = null as ReturnType<OpenApp> | null; // set by the work
    const context: CommandContext = {
      io,
      output,
      dataDir,
      open: (mode) => (app ??= openApp(dataDir, mode)),
      commandLine: (...words) => commandLine(io, dataDir, words),
    };
    try {
      setExitCode(await work(context));
    } finally {
      await app?.then(
        (opened) => opened.close(),
        () => undefined, // the failure to open is what the work reports
      );
    }
  };
}

/** `folio help train` is `folio train --help`, so that both load the command first. */
function withoutHelpCommand(argv: readonly string[]): string[] {
  if (argv[0] !== 'help') return [...argv];
  const name = argv[1];
  return name === undefined || name.startsWith('-') ? ['--help'] : [name, '--help'];
}

/** `folio --self-test[=FILE]`, as the packaged program has it, is `folio self-test [--out=FILE]`. */
function asCommand(argv: readonly string[]): string[] {
  const at = argv.findIndex((word) => word === '--self-test' || word.startsWith('--self-test='));
  const [, ...file] = argv[at]?.split('=') ?? [];
  if (at === -1 || argv.slice(0, at).some((word) => !word.startsWith('-'))) return [...argv];
  return ['self-test', ...argv.toSpliced(at, 1, ...(file.length === 0 ? [] : [`--out=${file.join('=')}`]))];
}

/** Known before parsing, because the parser's own errors must be JSON as well. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json');
}

/** The folder that `--data` names, for messages; the parser itself is what believes it. */
function dataFolder(argv: readonly string[]): string | undefined {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  const at = words.findLastIndex((word) => word === '--data' || word.startsWith('--data='));
  const folder = words[at] === '--data' ? words[at + 1] : words[at]?.slice('--data='.length);
  return folder === undefined || folder === '' ? undefined : resolve(folder);
}

/** Commander's message taken apart: what is wrong, and the nearest right name or where to read more. */
function usageError(error: CommanderError, argv: readonly string[]): FolioError {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const known = argv.map((word) => COMMANDS.find(({ name }) => name === word));
  const named = known.find((entry) => entry !== undefined);
  const setting = error.code === 'commander.unknownOption' ? settingHint(named?.name ?? '', first, argv) : null;
  const suggestion = setting ?? /^\((Did you mean .*)\)$/.exec(rest.join(' '))?.[1];
  const help =
    named === undefined ? '`folio --help` lists the commands.' : `\`folio ${named.name} --help\` explains it.`;
  return new FolioError('usage', first, suggestion === undefined ? help : `${suggestion} ${help}`);
}
