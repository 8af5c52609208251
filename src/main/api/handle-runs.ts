import type { Feeds, Jobs, RequestHandlers } from './handlers.ts';
import type { ApiServices } from './services.ts';

type Names =
  | 'runs:list'
  | 'runs:show'
  | 'runs:beginning'
  | 'runs:rename'
  | 'runs:annotate'
  | 'runs:archive'
  | 'runs:delete'
  | 'runs:restore'
  | 'runs:deleted'
  | 'runs:empty-trash'
  | 'runs:curve'
  | 'samples:by-epoch'
  | 'samples:list'
  | 'samples:delete'
  | 'samples:restore';

export function runHandlers(services: ApiServices): Pick<RequestHandlers, Names> {
  const { runs, metrics, samples, trash, changes } = services;
  return {
    'runs:list': (which) => runs.list(which),
    'runs:show': ({ id }) => runs.show(id),
    'runs:beginning': ({ id }) => runs.beginning(id),
    'runs:rename': ({ id, name }) => {
      runs.rename(id, name);
      changes.runs([id]);
      return null;
    },
    'runs:annotate': ({ id, notes, tags }) => {
      if (notes !== undefined) runs.setNotes(id, notes);
      if (tags !== undefined) runs.setTags(id, tags);
      changes.runs([id]);
      return null;
    },
    'runs:archive': ({ ids, archived }) => {
      runs.archive(ids, archived);
      changes.runs(ids);
      return null;
    },
    'runs:delete': ({ ids }) => {
      const bytes = runs.trash(ids);
      changes.runs(ids);
      changes.corpora(); // how many runs use each
      return { bytes };
    },
    'runs:restore': ({ ids }) => {
      runs.restore(ids);
      changes.runs(ids);
      changes.corpora();
      return null;
    },
    'runs:deleted': () => trash.list(),
    'runs:empty-trash': async () => ({ bytes: (await trash.empty(0)).bytesFreed }),
    'runs:curve': ({ id, ...request }) => metrics.curve(id, request),
    'samples:by-epoch': ({ id }) => samples.byEpoch(id),
    'samples:list': ({ id, ...page }) => samples.page(id, page),
    'samples:delete': ({ ids }) => {
      samples.trash(ids);
      return null;
    },
    'samples:restore': ({ ids }) => {
      samples.restore(ids);
      return null;
    },
  };
}

export function runFeeds({ changes }: ApiServices): Pick<Feeds, 'runs:changed'> {
  return { 'runs:changed': (_, emit) => changes.onRuns(emit) };
}

export function runJobs(
  services: ApiServices,
): Pick<Jobs, 'runs:export-weights' | 'runs:import-weights' | 'runs:export-metrics' | 'runs:export-curves'> {
  const { exchange, chosenFiles, changes } = services;
  return {
    'runs:export-weights': ({ id, epoch, file }, _emit, signal) =>
      chosenFiles.write(file, (path) => exchange.exportWeights(id, epoch, path, signal)),
    'runs:import-weights': async ({ file, name }, _emit, signal) => {
      const run = await chosenFiles.read(file, (path) => exchange.importWeights(path, name, signal));
      chosenFiles.release(file);
      changes.runs([run]);
      return { run };
    },
    'runs:export-metrics': async ({ id, file }, _emit, signal) => ({
      bytes: await chosenFiles.write(file, (path) => exchange.exportMetrics(id, path, signal)),
    }),
    'runs:export-curves': async ({ ids, file }, _emit, signal) => ({
      bytes: await chosenFiles.write(file, (path) => exchange.exportCurves(ids, path, signal)),
    }),
  };
}
