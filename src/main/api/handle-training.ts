import type { Feeds, Jobs, RequestHandlers } from './handlers.ts';
import type { TrainingHandle } from '../services/types.ts';
import type { ApiServices } from './services.ts';

type Names =
  | 'training:circumstances'
  | 'training:start'
  | 'training:resume'
  | 'training:pause'
  | 'training:continue'
  | 'training:stop'
  | 'training:live'
  | 'training:resume-offer'
  | 'training:decline-offer';

/** Events reach windows through the feed, whoever started the training. */
const heardByFeed = (): void => undefined;

export function trainingHandlers(services: ApiServices): Pick<RequestHandlers, Names> {
  const { training, changes } = services;
  const handleOf = (id: number): TrainingHandle | undefined => {
    const active = training.active();
    return active?.runId === id ? active.handle : undefined;
  };
  return {
    'training:circumstances': () => services.circumstances(),
    'training:start': async ({ name, keepEvery, ...request }) => {
      const named = { ...request, ...(name === undefined ? {} : { name }) };
      const handle = await training.start({ ...named, ...(keepEvery === undefined ? {} : { keepEvery }) }, heardByFeed);
      changes.corpora();
      return { run: handle.runId };
    },
    'training:resume': async ({ id, engine, changes: changed }) => {
      const handle = await training.resume(id, engine, heardByFeed, undefined, changed);
      return { run: handle.runId };
    },
    'training:pause': ({ id }) => {
      handleOf(id)?.pause();
      return null;
    },
    'training:continue': ({ id }) => {
      handleOf(id)?.continue();
      return null;
    },
    'training:stop': ({ id }) => {
      handleOf(id)?.stop();
      return null;
    },
    'training:live': () => training.active()?.snapshot ?? null,
    'training:resume-offer': () => training.resumeOffer(),
    'training:decline-offer': () => {
      training.declineOffer();
      return null;
    },
  };
}

export function trainingFeeds({ training }: ApiServices): Pick<Feeds, 'training:news'> {
  return { 'training:news': (_, emit) => training.subscribeNews(emit) };
}

export function trainingJobs({ trials }: ApiServices): Pick<Jobs, 'training:trial'> {
  return { 'training:trial': (request, emit, signal) => trials.try(request, emit, signal) };
}
