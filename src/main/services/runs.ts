/** What a person does with the runs of a record: look at them, name, annotate and delete them. */
import { distance } from 'fastest-levenshtein';

import type { RunDetail, RunStatus, RunSummary } from '../../shared/domain.ts';
import { FolioError } from '../../shared/errors.ts';
import type { Store } from '../store/types.ts';
import { assertTransition, isActive } from './run-states.ts';

export interface RunService {
  /** The newest first. */
  list(): RunSummary[];
  /** Throws FolioError 'not-found'. */
  show(id: number): RunDetail;
  /**
   * The run that a person means by an id (`7` or `#7`), a name, the beginning of only one run's name, or `last`.
   * Throws FolioError 'not-found' with the nearest names, 'usage' when several runs fit.
   */
  resolveRun(reference: string): RunSummary;
  rename(id: number, name: string): void;
  setNotes(id: number, notes: string): void;
  /** Trims them and drops empty and repeated ones. */
  setTags(id: number, tags: readonly string[]): void;
  /** Returns the bytes freed. Throws FolioError 'busy' while a process works on the run. */
  delete(id: number): number;
  /** Moves a run to a state that may follow its own; anything else throws. */
  setStatus(id: number, status: RunStatus, reason: string): void;
}

const MAX_NAME = 200;
const MAX_SUGGESTIONS = 3;

export function createRunService(store: Store): RunService {
  return {
    list: () => store.listRuns(),
    show: (id) => store.run(id),
    resolveRun: (reference) => resolveRun(store.listRuns(), reference),
    rename(id, name) {
      const trimmed = name.trim();
      if (trimmed === '' || trimmed.length > MAX_NAME) {
        throw new FolioError(
          'usage',
          `a run's name has 1 to ${MAX_NAME} characters, not ${trimmed.length}`,
          'Choose another name.',
        );
      }
      store.editRun(id, { name: trimmed });
    },
    setNotes(id, notes) {
      store.editRun(id, { notes });
    },
    setTags(id, tags) {
      store.editRun(id, { tags: [...new Set(tags.map((tag) => tag.trim()).filter((tag) => tag !== ''))] });
    },
    delete(id) {
      const { status } = store.run(id);
      if (isActive(status)) {
        throw new FolioError('busy', `run ${id} is ${status} and cannot be deleted now`, 'Stop it first.');
      }
      return store.deleteRun(id);
    },
    setStatus(id, status, reason) {
      assertTransition(id, store.run(id).status, status);
      store.setRunStatus(id, status, reason);
    },
  };
}

/** See {@link RunService.resolveRun}. An id goes before a name that looks like one. */
export function resolveRun(runs: readonly RunSummary[], reference: string): RunSummary {
  const wanted = reference.trim();
  if (runs.length === 0)
    throw new FolioError('not-found', 'there are no runs yet', 'Train one: folio train --preset quick');
  const id = /^#?(\d+)$/.exec(wanted)?.[1];
  const byId = id === undefined ? undefined : runs.find((run) => run.id === Number(id));
  if (byId !== undefined) return byId;
  if (wanted === '') throw notFound(runs, reference);

  const folded = wanted.toLowerCase();
  const readings = [
    runs.filter((run) => run.name === wanted),
    runs.filter((run) => run.name.toLowerCase() === folded),
    wanted === 'last' ? [runs.reduce((newest, run) => (run.id > newest.id ? run : newest))] : [],
    runs.filter((run) => run.name.toLowerCase().startsWith(folded)),
  ];
  const fitting = readings.find((found) => found.length > 0);
  const [first, second] = fitting ?? [];
  if (first === undefined || fitting === undefined) throw notFound(runs, reference);
  if (second === undefined) return first;
  const several = fitting.map((run) => `${run.id} (${run.name})`).join(', ');
  throw new FolioError(
    'usage',
    `"${wanted}" can be ${fitting.length} runs`,
    `Use the id of the one you mean: ${several}.`,
  );
}

function notFound(runs: readonly RunSummary[], reference: string): FolioError {
  const folded = reference.trim().toLowerCase();
  const nearest = runs
    .map((run) => ({ run, edits: distance(run.name.toLowerCase(), folded) }))
    .filter(({ run, edits }) => edits <= Math.max(2, Math.floor(Math.min(folded.length, run.name.length) / 2)))
    .sort((a, b) => a.edits - b.edits || b.run.id - a.run.id)
    .slice(0, MAX_SUGGESTIONS)
    .map(({ run }) => `"${run.name}" (${run.id})`);
  const meant = nearest.length === 0 ? '' : `Did you mean ${nearest.join(' or ')}? `;
  return new FolioError('not-found', `there is no run "${reference}"`, `${meant}\`folio runs\` lists the runs.`);
}
