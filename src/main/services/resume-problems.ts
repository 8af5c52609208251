import { preflight, type PreflightProblem } from '../../shared/preflight.ts';
import type { Store } from '../store/types.ts';
import { freeDisk, freeMemory } from './machine.ts';
import { changedConfig, type ResumeChanges } from './resume-changes.ts';

export interface FreeRoom {
  readonly memoryBytes: number | null;
  readonly diskBytes: number | null;
}

/**
 * What a person should know of this machine before a run goes on: memory and disk, as before a new run, with the checkpoints that are
 * stored already counted as room. What there is to say of the text was said when the run began. Empty for imported weights, which
 * cannot be resumed.
 *
 * @throws FolioError what {@link changedConfig} throws
 */
export function resumeProblems(
  store: Store,
  runId: number,
  changes: ResumeChanges = {},
  room: FreeRoom = { memoryBytes: freeMemory(), diskBytes: freeDisk(store.path) },
): readonly PreflightProblem[] {
  const { corpusId, config, vocabulary, keepEvery, storedBytes } = store.run(runId);
  if (corpusId === null) return [];
  const { problems } = preflight({
    characters: store.corpus(corpusId).characters,
    vocabularySize: vocabulary.length,
    config: changedConfig(config, changes).config,
    freeMemoryBytes: room.memoryBytes,
    freeDiskBytes: room.diskBytes === null ? null : room.diskBytes + storedBytes,
    ...(keepEvery === null ? {} : { keepEvery }),
  });
  return problems.filter(({ severity, cause }) => severity === 'error' || cause === 'config');
}
