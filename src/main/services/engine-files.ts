/**
 * Whether TensorFlow can be expected to run: its files are looked at, and what is remembered of them. Nothing of it is loaded, which is a
 * second's work that the process which computes does anyhow.
 */
import os from 'node:os';
import type { EngineReport } from '../../shared/domain.ts';
import { wasTried } from '../../shared/engine-choice.ts';

export interface TensorFlowFiles {
  /**
   * - `there`: installed, and nothing speaks against it
   * - `missing`: not installed, or damaged as far as can be seen
   * - `doubtful`: installed, but it did not load the last time, or it is not what was tried then: only a trial can tell
   */
  readonly state: 'there' | 'missing' | 'doubtful';
  /** In words, with the way out where it is missing. */
  readonly reason: string;
}

/** What a look at the files finds (engine/tensorflow/locate.ts). */
export interface FilesStatus {
  readonly installed: boolean;
  readonly reason: string;
  readonly details: EngineReport['details'];
}

/** Looks at the files of the build that a process started by this one would load. Does not throw. */
export async function lookAtTensorFlow(known: readonly EngineReport[]): Promise<TensorFlowFiles> {
  try {
    const { tensorFlowStatus } = await import('../engine/tensorflow/locate.ts');
    return judgeFiles(tensorFlowStatus(), known, {
      node: process.version,
      cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    });
  } catch (error) {
    // A folder that cannot be looked into, say: the process that tries it says what is wrong.
    return { state: 'doubtful', reason: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * @param known what was found the last time
 * @param machine what its report would say of this machine, and what a build's running depends on
 */
export function judgeFiles(
  { installed, reason, details }: FilesStatus,
  known: readonly EngineReport[],
  machine: Readonly<Record<'node' | 'cpu', string>>,
): TensorFlowFiles {
  if (!installed) return { state: 'missing', reason };
  const last = known.find((report) => report.engine === 'tensorflow' && wasTried(report));
  if (last === undefined) return { state: 'there', reason };
  // One that fails its self-test has loaded: to try or to install it again would change nothing.
  const loaded = last.available || last.selfTest === 'failed';
  const { chosen: _, ...build } = details; // why it is this one may be said in other words the next time
  const isSame = Object.entries({ ...build, ...machine }).every(([name, value]) => last.details[name] === value);
  return { state: loaded && isSame ? 'there' : 'doubtful', reason: loaded ? reason : last.reason };
}
