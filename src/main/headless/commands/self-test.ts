/** folio --self-test: the real parts, tried on a record of their own. */
import type { Command } from 'commander';
import { FolioError } from '../../../shared/errors.ts';
import { runSelfTest } from '../../services/self-test/run.ts';
import { createTeller, selfTestExitCode } from '../../services/self-test/tell.ts';
import { text } from '../arguments.ts';
import { abortOnInterrupt } from '../context.ts';
import type { CommandContext, RunCommand } from '../context.ts';

interface Options {
  readonly out?: string;
  readonly data?: string;
}

export function define(command: Command, run: RunCommand): void {
  command
    .description(
      'Try every part of this Folio on a record of its own, which is removed afterwards: the engines and their files, a training of ' +
        'a few steps, a checkpoint, writing, the integrity of the record. Ends with 0 when all is well, with 1 when something failed.',
    )
    .option('--out <file>', 'write the report to a file as well', text)
    .action((options: Options) => run((context) => selfTest(context, options)))
    .addHelpText('after', '\nExamples:\n  folio --self-test\n  folio --self-test --json --out report.json');
}

async function selfTest({ io, output }: CommandContext, options: Options): Promise<number> {
  if (options.data !== undefined) {
    throw new FolioError('usage', 'the self-test makes a record of its own', 'Leave out --data.');
  }
  const [{ createApp }, { startTrainer }] = await Promise.all([
    import('../../app.ts'),
    import('../trainer-process.ts'),
  ]);
  const teller = createTeller({
    json: output.json,
    file: options.out ?? null,
    write: (line) => void io.out.write(output.json ? line : output.typed(line)),
  });
  const interrupt = abortOnInterrupt(io);
  try {
    const report = await runSelfTest({
      open: (dataDir) => createApp({ dataDir, startTrainer, mode: 'write' }),
      startTrainer,
      listener: teller.listener,
      signal: interrupt.signal,
    });
    teller.finish(report);
    return selfTestExitCode(report);
  } finally {
    interrupt.done();
  }
}
