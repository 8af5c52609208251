import type { Feeds, Jobs, RequestHandlers } from './handlers.ts';
import type { ApiServices } from './services.ts';

type Names =
  'corpora:list' | 'corpora:excerpt' | 'corpora:characters' | 'corpora:rename' | 'corpora:remove' | 'corpora:restore';

export function corpusHandlers({ corpora, changes }: ApiServices): Pick<RequestHandlers, Names> {
  return {
    'corpora:list': async () => {
      await corpora.builtin();
      return corpora.list();
    },
    'corpora:excerpt': ({ id, characters }) => corpora.excerpt(id, characters),
    'corpora:characters': async ({ id }) => [...(await corpora.counts(id))].sort((a, b) => b[1] - a[1]),
    'corpora:rename': ({ id, name }) => {
      corpora.rename(id, name);
      changes.corpusName(id);
      return null;
    },
    'corpora:remove': ({ id }) => {
      const bytes = corpora.remove(id);
      changes.corpora();
      return { bytes };
    },
    'corpora:restore': ({ id }) => {
      corpora.restore(id);
      changes.corpora();
      return null;
    },
  };
}

export function corpusFeeds({ changes }: ApiServices): Pick<Feeds, 'corpora:changed'> {
  return { 'corpora:changed': (_, emit) => changes.onCorpora((corpora) => emit({ corpora })) };
}

export function corpusJobs({ corpora, chosenFiles, changes }: ApiServices): Pick<Jobs, 'corpora:add'> {
  return {
    'corpora:add': async ({ file, name }, emit, signal) => {
      const progress = (doneBytes: number, totalBytes: number): void => emit({ doneBytes, totalBytes });
      const added = await chosenFiles.read(file, (path) => corpora.add(path, progress, { name, signal }));
      chosenFiles.release(file);
      changes.corpusName(added.id); // runs that waited for it have it now
      return added;
    },
  };
}
