/** One training from its start to its end, as a command: shown, interruptible, with an exit code. */
import type { RunConfig } from '../../shared/config.ts';
import { assertNever, fromErrorMessage } from '../../shared/errors.ts';
import type { TrainingEvent } from '../../shared/events.ts';
import type { TrainingHandle } from '../services/types.ts';
import type { CommandContext } from './context.ts';
import type { Output } from './output/output.ts';
import { EXIT, exitCodeOf, tellProblem, typedProblem } from './output/problem.ts';
import { TrainingDisplay } from './output/training.ts';
import { duration, plural } from './output/words.ts';

type Finished = Extract<TrainingEvent, { type: 'finished' }>;

export interface Training {
  readonly config: RunConfig;
  readonly vocabularySize: number;
  readonly resumed: boolean;
  /** What became of TensorFlow's installation just now; null where there was no occasion for one. */
  readonly installation: 'failed' | null;
  /** Whether not every epoch's weights are kept. */
  readonly thins: boolean;
  /** A prompt to propose for generating. */
  readonly prompt: string;
  /** Starts it, by the training service. */
  readonly start: (listener: (event: TrainingEvent) => void) => Promise<TrainingHandle>;
  /** Where the record is, for the last lines. */
  readonly storePath: string;
}

/**
 * Trains to the end. The first interrupt saves and stops, a second leaves at once.
 *
 * @throws FolioError with the training's own error when it failed; with --json it is in the last event instead
 */
export async function train(context: CommandContext, training: Training): Promise<number> {
  const { io, output } = context;
  const display = output.json ? null : new TrainingDisplay(output, training);
  let handle: TrainingHandle | null = null;
  let interrupted = false;
  const stopListening = io.onInterrupt((cause) => {
    if (interrupted) {
      display?.close();
      io.exit(EXIT.interrupted);
    }
    interrupted = true;
    if (cause === 'signal') {
      if (display !== null) display.stopping();
      else output.note('Saving and stopping. Ctrl-C again leaves at once.');
    }
    handle?.stop();
  });

  try {
    handle = await training.start((event) => {
      if (display === null) output.write(typedEvent(event, output));
      else display.handle(event);
    });
    // Before there was a handle there was nothing to stop. (The compiler does not see that the listener may have run.)
    if (interrupted as boolean) handle.stop();
    const finished = await handle.done;
    display?.close();
    return conclude(context, training, finished, interrupted);
  } finally {
    display?.close();
    stopListening();
  }
}

/** What stdout and stderr say of an error is the same. */
function typedEvent(event: TrainingEvent, output: Output): TrainingEvent {
  if (event.type !== 'finished' || event.error === null) return event;
  return { ...event, error: typedProblem(event.error, output) };
}

function conclude(context: CommandContext, training: Training, finished: Finished, interrupted: boolean): number {
  const { output } = context;
  const epochs = finished.epochs === 0 ? [] : [plural(finished.epochs, 'epoch')];
  const amount = [...epochs, plural(finished.steps, 'step'), duration(finished.seconds)].join(', ');
  const run = String(finished.run);
  if (finished.error !== null) {
    const error = fromErrorMessage(finished.error);
    if (!output.json) throw error;
    tellProblem(error, output); // stdout has the finished event
    return exitCodeOf(error);
  }
  switch (finished.status) {
    case 'finished':
      output.sayWrapped(`\nFinished: ${amount}.${finished.reason === '' ? '' : ` ${finished.reason}`}`);
      output.say(`Stored in ${training.storePath}`);
      output.say('\nTry it:');
      output.say(`  ${context.commandLine('generate', run, '--prompt', training.prompt)}`);
      output.say(`  ${context.commandLine('show', run)}`);
      return interrupted ? EXIT.interrupted : EXIT.ok;
    case 'stopped':
    case 'interrupted':
      output.sayWrapped(`\n${finished.status === 'stopped' ? 'Stopped and saved' : 'Interrupted'}: ${amount}.`);
      output.say('Go on with:');
      output.say(`  ${context.commandLine('resume', run)}`);
      return interrupted || finished.status === 'interrupted' ? EXIT.interrupted : EXIT.ok;
    case 'failed':
      output.sayWrapped(`Failed: ${finished.reason}`);
      return EXIT.failure;
    case 'queued':
    case 'running':
    case 'paused':
    case 'stopping':
      return EXIT.failure; // not an end: the supervisor never says so
    default:
      return assertNever(finished.status, 'status at the end of a training');
  }
}
