import { FolioError, toErrorMessage, type ErrorMessage } from '../../shared/errors.ts';
import type { Feeds, Jobs, RequestHandlers } from './handlers.ts';
import type { Host } from './host.ts';
import type { ApiServices } from './services.ts';

type Names = 'record:last-backup' | 'record:place' | 'record:choose-folder' | 'record:restart' | 'record:settle-old';

export function keepingHandlers(services: ApiServices, host: Host): Pick<RequestHandlers, Names> {
  const { keeping, chosenFiles } = services;
  return {
    'record:last-backup': () => keeping.backups.last(),
    'record:place': () => {
      const { moves, restores } = keeping;
      const { isFound, isNamed } = moves;
      return {
        ...{ refusal: told(moves.refusal()), restoreRefusal: told(restores.refusal()), old: moves.old(), isNamed },
        typed: typedInstead(host, isFound ? undefined : services.dataDir),
      };
    },
    'record:choose-folder': async () => {
      const path = await host.chooseFolder();
      return path === null ? null : chosenFiles.toWrite(path);
    },
    'record:restart': () => {
      host.restart();
      return null;
    },
    'record:settle-old': ({ what }) => ({ bytes: keeping.moves.settle(what) }),
  };
}

export function keepingFeeds({ givenFiles, keeping }: ApiServices): Pick<Feeds, 'files:given' | 'record:replaced'> {
  return {
    'files:given': (_, emit) => givenFiles.onGiven(emit),
    'record:replaced': (_, emit) => keeping.owner.onOutcome(emit),
  };
}

type JobNames =
  | 'record:backup'
  | 'record:move'
  | 'record:examine-backup'
  | 'record:restore'
  | 'runs:export-bundle'
  | 'runs:import-bundle';

export function keepingJobs({ keeping, chosenFiles, changes }: ApiServices, host: Host): Pick<Jobs, JobNames> {
  const { backups, bundles } = keeping;
  return {
    'record:backup': async ({ file }, emit, signal) => {
      const { bytes, runs, damage } = await chosenFiles.write(file, (path) => backups.backUp(path, emit, signal));
      return { bytes, runs, damage: damage.length };
    },
    'record:move': async ({ folder }, emit, signal) => {
      const { damage, ...moved } = await keeping.moves.move(chosenFiles.path(folder, 'write'), emit, signal);
      return { ...moved, damage: damage.length };
    },
    'record:examine-backup': ({ file }, emit, signal) =>
      chosenFiles.read(file, (path) => keeping.restores.examine(path, emit, signal)),
    'record:restore': ({ file }, emit, signal) => {
      if (host.kind === 'browser') throw startedByHand();
      return chosenFiles.read(file, (path) => keeping.restores.restore(path, emit, signal));
    },
    'runs:export-bundle': async ({ id, all, text, file }, emit, signal) => {
      const options = { checkpoints: all ? 'all' : 'newest', text } as const;
      const made = await chosenFiles.write(file, (path) => bundles.exportRun(id, path, options, emit, signal));
      const { bytes, replaced, damage, resumable } = made;
      return { bytes, replaced, damage: damage.length, resumable };
    },
    'runs:import-bundle': async ({ file, copy }, emit, signal) => {
      const options = { copy, progress: emit, signal };
      const result = await chosenFiles.read(file, (path) => bundles.importRun(path, options));
      if (result.kind === 'already') return result;
      chosenFiles.release(file);
      changes.runs([result.run]);
      changes.corpora();
      return result;
    },
  };
}

/** What a page that can neither move nor restore proposes to type. */
function typedInstead(host: Host, dataDir: string | undefined): { move: string; restore: string } | null {
  const move = host.typed(['move', '--to']);
  const restore = host.typed(['restore', '--replace'], dataDir);
  return move === null || restore === null ? null : { move, restore };
}

function told(refusal: FolioError | null): ErrorMessage | null {
  return refusal === null ? null : toErrorMessage(refusal);
}

/** Afterwards Folio is to be started again, which no page can bring about. */
function startedByHand(): FolioError {
  return new FolioError(
    'usage',
    'a backup cannot be put back from a browser',
    'Close Folio and type it: `folio restore FILE --replace`.',
  );
}
