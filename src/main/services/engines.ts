/** What engines this machine has: each is tried, and installed, in a process of its own. */
import { ENGINE_NAMES } from '../../shared/domain.ts';
import type { EngineName, EngineReport } from '../../shared/domain.ts';
import { FolioError } from '../../shared/errors.ts';
import { lookAtTensorFlow } from './engine-files.ts';
import { FORGETFUL, knownEngines, rememberEngines } from './engine-memory.ts';
import type { EngineMemory } from './engine-memory.ts';
import { probeInProcess } from './engine-probe.ts';
import { askInstaller } from './installing-process.ts';
import { disturbance, onDisturbance } from './quiet-machine.ts';
import type { Trainings } from './quiet-machine.ts';
import type { EngineService, StartTrainer } from './types.ts';

export interface EngineOptions {
  readonly startTrainer: StartTrainer;
  /** Where the last probe's findings are kept from one start to the next; nowhere by default. */
  readonly memory?: EngineMemory;
  /** Is told of what a person has had tried. */
  readonly tried?: (reports: readonly EngineReport[]) => void;
  /** Trainings of this process, which an engine's speed is not measured beside; none by default. */
  readonly training?: Trainings;
  /** How long one engine may take to load, test itself and measure its speed. */
  readonly probeMs?: number;
  /** How long a cancelled installation may clean up. */
  readonly cancelMs?: number;
  /** Looks at TensorFlow's files; a test's own. */
  readonly look?: typeof lookAtTensorFlow;
}

const NO_TRAININGS: Trainings = { active: () => null, subscribe: () => () => undefined };

export function createEngineService({
  startTrainer,
  memory = FORGETFUL,
  tried = () => undefined,
  training = NO_TRAININGS,
  probeMs = 120_000,
  cancelMs = 10_000,
  look = lookAtTensorFlow,
}: EngineOptions): EngineService {
  /** Refused, and ended, where a training of this process computes. */
  const probeOne = async (engine: EngineName, signal?: AbortSignal): Promise<EngineReport> => {
    const disturbed = disturbance(training);
    if (disturbed !== null) throw disturbed;
    const end = new AbortController();
    const cancel = (): void => end.abort(new FolioError('cancelled', 'cancelled'));
    signal?.addEventListener('abort', cancel, { once: true });
    const undisturbed = onDisturbance(training, (why) => end.abort(why));
    try {
      return await probeInProcess(startTrainer, engine, { milliseconds: probeMs, signal: end.signal });
    } finally {
      undisturbed();
      signal?.removeEventListener('abort', cancel);
    }
  };

  return {
    async probe(engines = ENGINE_NAMES, found = () => undefined, signal): Promise<EngineReport[]> {
      const reports: EngineReport[] = [];
      try {
        // One after the other: each measures its speed, and would measure its neighbour's work too.
        for (const engine of engines) {
          if (signal?.aborted === true) throw new FolioError('cancelled', 'cancelled');
          const report = await probeOne(engine, signal);
          reports.push(report);
          found(report);
        }
      } finally {
        // What was measured before a training began, or somebody cancelled, was measured alone.
        if (reports.length > 0) {
          rememberEngines(memory, reports);
          tried(reports);
        }
      }
      return reports;
    },

    known: () => knownEngines(memory),

    tensorFlowFiles: () => look(knownEngines(memory).reports),

    async install(build, progress, signal): Promise<Readonly<Record<string, string>>> {
      const cancelled = new FolioError(
        'cancelled',
        'the installation was cancelled',
        'Nothing half-installed was left behind.',
      );
      return askInstaller({
        startTrainer,
        cancelMs,
        cancelled,
        signal,
        question: { type: 'install', build },
        hear: (message) => {
          if (message.type === 'install-progress') progress(message);
        },
      });
    },
  };
}
